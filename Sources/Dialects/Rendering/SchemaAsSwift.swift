/// Writes a schema down in the words in which it would be declared.
public enum SchemaAsSwift {
    /// A source file: a declaration for each table and view, four spaces a step, a line for each column, key and index; and
    /// `schema`, which names them. The compiler takes time with an expression that grows faster than the expression, so that
    /// one for all would never be done with some hundred tables.
    ///
    /// `module` is where these words are at home.
    public static func render(_ schema: Schema, importing module: String) -> String {
        var names = SwiftNames(taken: ["schema"])
        var declarations: [String] = []
        var parts: [String] = []
        for (name, text) in schema.tables.map({ ($0.name, table($0)) }) + schema.views.map({ ($0.name, view($0)) }) {
            let part = names.next(for: name)
            declarations.append("private let \(part) = \(text)\n\n")
            parts.append("    \(part)\n")
        }
        let body = parts.isEmpty ? "" : "\n" + parts.joined()
        return "import \(module)\n\n" + declarations.joined() + "let schema = Schema {\(body)}\n"
    }

    /// Where the words of the text come from.
    private static let module = "Migrator"

    private static func table(_ table: Table) -> String {
        let derived = derivedNames(table)
        let inlineKey = inlineKey(of: table, derived)
        var lines = table.columns.map { column($0) + ($0.name == inlineKey ? ".primaryKey()" : "") }
        if let key = table.primaryKey, inlineKey == nil {
            lines.append("PrimaryKey(\(list(key.columns)))" + named(key.name, unless: derived?.primaryKey?.name))
        }
        for (at, unique) in table.uniques.enumerated() {
            lines.append("Unique(\(list(unique.columns)))" + named(unique.name, unless: derived?.uniques[at].name))
        }
        for (at, check) in table.checks.enumerated() {
            lines.append("Check(\(expression(check.expression)))" + named(check.name, unless: derived?.checks[at].name))
        }
        for (at, key) in table.foreignKeys.enumerated() {
            lines.append(foreignKey(key) + named(key.name, unless: derived?.foreignKeys[at].name))
        }
        for (at, part) in table.indexes.enumerated() {
            lines.append(index(part) + named(part.name, unless: derived?.indexes[at].name))
        }
        let body = lines.map { "    \($0)\n" }.joined()
        return "Table(\(SwiftLiteral.string(table.name))) {\n\(body)}"
    }

    /// A key of one column whose name nobody chose is said in the column's own line.
    private static func inlineKey(of table: Table, _ derived: Table?) -> String? {
        guard let key = table.primaryKey, key.columns.count == 1,
            key.name == nil || key.name == derived?.primaryKey?.name
        else { return nil }
        return key.columns[0]
    }

    /// The table with the names that the declaration would give it by itself; `nil` where none can be derived.
    private static func derivedNames(_ table: Table) -> Table? {
        var nameless = table
        nameless.primaryKey?.name = nil
        for at in table.uniques.indices { nameless.uniques[at].name = nil }
        for at in table.checks.indices { nameless.checks[at].name = nil }
        for at in table.foreignKeys.indices { nameless.foreignKeys[at].name = nil }
        for at in table.indexes.indices { nameless.indexes[at].name = "" }
        return try? nameless.named()
    }

    private static func named(_ name: String?, unless derived: String?) -> String {
        guard let name, name != derived else { return "" }
        return ".named(\(SwiftLiteral.string(name)))"
    }

    private static func column(_ column: Column) -> String {
        var text = "Column(\(SwiftLiteral.string(column.name)), \(type(column.type)))"
        if column.isIdentity { text += ".identity()" }
        if column.isNullable { text += ".nullable()" }
        if let value = column.default { text += ".default(\(literal(value)))" }
        if let generated = column.generated {
            text += ".generated(\(expression(generated.expression)), .\(generated.storage.rawValue))"
        }
        if let collation = column.collation { text += ".collated(\(literal(collation)))" }
        return text
    }

    private static func foreignKey(_ key: ForeignKey) -> String {
        let isSingle = key.columns.count == 1 && key.parentColumns.count == 1
        let (own, theirs) = (list(key.columns), list(key.parentColumns))
        var text = "ForeignKey(\(isSingle ? own : "[\(own)]"), to: \(SwiftLiteral.string(key.parent)), "
        text += isSingle ? "\(theirs))" : "[\(theirs)])"
        if key.onDelete != .noAction { text += ".onDelete(\(literal(key.onDelete)))" }
        if key.onUpdate != .noAction { text += ".onUpdate(\(literal(key.onUpdate)))" }
        if key.isDeferred { text += ".deferred()" }
        return text
    }

    private static func index(_ index: Index) -> String {
        var text = "Index(\(index.parts.map(part).joined(separator: ", ")))"
        if index.isUnique { text += ".unique()" }
        if let condition = index.condition { text += ".where(\(expression(condition)))" }
        return text
    }

    private static func part(_ part: Index.Part) -> String {
        let collated = part.collation.map { ".collated(\(literal($0)))" } ?? ""
        switch part.key {
        case .column(let name) where !part.isDescending && part.collation == nil: return SwiftLiteral.string(name)
        case .column(let name):
            return ".\(part.isDescending ? "descending" : "ascending")(\(SwiftLiteral.string(name)))\(collated)"
        case .expression(let key):
            guard part.isDescending else { return ".expression(\(expression(key)))\(collated)" }
            return "Index.Part(.expression(\(expression(key))), descending: true)\(collated)"
        }
    }

    private static func view(_ view: View) -> String {
        "View(\(SwiftLiteral.string(view.name)), as: \(expression(view.query)))"
    }

    // MARK: Values

    private static func list(_ names: [String]) -> String { names.map(SwiftLiteral.string).joined(separator: ", ") }

    private static func expression(_ expression: SQLExpression) -> String {
        switch expression {
        case .sql(let text): SwiftLiteral.string(text)
        case .native(let sqlite, let postgresql): native(sqlite, postgresql)
        }
    }

    private static func native(_ sqlite: String, _ postgresql: String) -> String {
        ".native(sqlite: \(SwiftLiteral.string(sqlite)), postgresql: \(SwiftLiteral.string(postgresql)))"
    }

    private static func type(_ type: ColumnType) -> String {
        switch type {
        case .native(let sqlite, let postgresql): native(sqlite, postgresql)
        case .decimal(let precision, let scale): ".decimal(\(precision), \(scale))"
        case .integer, .bigint, .real, .numeric, .text, .varchar, .boolean, .timestamp, .datetime, .date, .time, .uuid,
            .json, .bytes:
            ".\(type)"
        }
    }

    private static func literal(_ value: Default) -> String {
        switch value {
        case .text(let text): SwiftLiteral.string(text)
        case .integer(let value): String(value)
        case .real(let value) where value.isFinite: String(value)
        case .real(let value): ".real(\(value.isNaN ? ".nan" : value < 0 ? "-.infinity" : ".infinity"))"
        case .boolean(let value): String(value)
        case .json(let text): ".json(\(SwiftLiteral.string(text)))"
        case .now: ".now"
        case .today: ".today"
        case .uuid: ".uuid"
        case .expression(let value): ".expression(\(expression(value)))"
        }
    }

    private static func literal(_ collation: Collation) -> String {
        switch collation {
        case .nocase: ".nocase"
        case .binary: ".binary"
        case .native(let sqlite, let postgresql): native(sqlite, postgresql)
        }
    }

    private static func literal(_ action: ForeignKey.Action) -> String {
        switch action {
        case .noAction: ".noAction"
        case .restrict: ".restrict"
        case .cascade: ".cascade"
        case .setNull: ".setNull"
        case .setDefault: ".setDefault"
        }
    }
}
