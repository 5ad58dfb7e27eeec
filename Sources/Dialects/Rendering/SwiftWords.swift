/// The calls of the DSL that declare a schema's parts.
enum SwiftWords {
    /// Returns a line for each column, key, check and index. A part needs no name if it has the same name in `derived`, the
    /// same table with derived names.
    static func lines(of table: Table, beside derived: Table?) -> [SwiftChain] {
        let inlineKey = inlineKey(of: table, derived)
        var lines = table.columns.map { line in
            line.name == inlineKey ? column(line, "Column").adding("primaryKey") : column(line, "Column")
        }
        if let key = table.primaryKey, inlineKey == nil {
            lines.append(primaryKey(key, unless: derived?.primaryKey?.name))
        }
        lines += table.uniques.enumerated().map { unique($0.element, unless: derived?.uniques[$0.offset].name) }
        lines += table.checks.enumerated().map { check($0.element, unless: derived?.checks[$0.offset].name) }
        lines += table.foreignKeys.enumerated().map {
            foreignKey($0.element, unless: derived?.foreignKeys[$0.offset].name)
        }
        return lines
            + table.indexes.enumerated().map { index($0.element, "Index", unless: derived?.indexes[$0.offset].name) }
    }

    /// Returns the column whose own line declares the primary key: a key of one column that has no chosen name.
    private static func inlineKey(of table: Table, _ derived: Table?) -> String? {
        guard let key = table.primaryKey, key.columns.count == 1,
            key.name == nil || key.name == derived?.primaryKey?.name
        else { return nil }
        return key.columns[0]
    }

    /// Returns the table with the names that its declaration would give it if none were chosen; `nil` if no names can be
    /// derived.
    static func derivedNames(_ table: Table) -> Table? { try? table.nameless.named() }

    // MARK: Parts

    static func column(_ column: Column, _ verb: String) -> SwiftChain {
        var chain = SwiftChain(verb, .init(.string(column.name)), .init(type(column.type)))
        if column.isIdentity { chain.add("identity") }
        if column.isNullable { chain.add("nullable") }
        if let value = column.default { chain.add("default", .init(literal(value))) }
        if let generated = column.generated { chain.add("generated", self.generated(generated)) }
        if let collation = column.collation { chain.add("collated", .init(literal(collation))) }
        return chain
    }

    static func primaryKey(_ key: PrimaryKey, unless derived: String?) -> SwiftChain {
        named(key.name, unless: derived, SwiftChain("PrimaryKey", names(key.columns)))
    }

    static func unique(_ unique: Unique, unless derived: String?) -> SwiftChain {
        named(unique.name, unless: derived, SwiftChain("Unique", names(unique.columns)))
    }

    static func check(_ check: Check, unless derived: String?) -> SwiftChain {
        named(check.name, unless: derived, SwiftChain("Check", .init(expression(check.expression))))
    }

    static func foreignKey(_ key: ForeignKey, unless derived: String?) -> SwiftChain {
        let isSingle = key.columns.count == 1 && key.parentColumns.count == 1
        func columns(_ names: [String]) -> SwiftArgument {
            .init(isSingle ? .string(names[0]) : .list(names.map { .string($0) }))
        }
        var chain = SwiftChain(
            "ForeignKey", columns(key.columns), .init("to", .string(key.parent)), columns(key.parentColumns))
        if key.onDelete != .noAction { chain.add("onDelete", .init(literal(key.onDelete))) }
        if key.onUpdate != .noAction { chain.add("onUpdate", .init(literal(key.onUpdate))) }
        if key.isDeferred { chain.add("deferred") }
        return named(key.name, unless: derived, chain)
    }

    static func index(_ index: Index, _ verb: String, unless derived: String?) -> SwiftChain {
        var chain = SwiftChain(verb, index.parts.map { SwiftArgument(part($0)) })
        if index.isUnique { chain.add("unique") }
        if let condition = index.condition { chain.add("where", .init(expression(condition))) }
        return named(index.name, unless: derived, chain)
    }

    private static func part(_ part: Index.Part) -> SwiftValue {
        var chain: SwiftChain
        switch part.key {
        case .column(let name) where !part.isDescending && part.collation == nil: return .string(name)
        case .column(let name):
            chain = SwiftChain(part.isDescending ? ".descending" : ".ascending", .init(.string(name)))
        case .expression(let key):
            chain = SwiftChain(".expression", .init(expression(key)))
            if part.isDescending {
                chain = SwiftChain("Index.Part", .init(.chain(chain)), .init("descending", .word("true")))
            }
        }
        if let collation = part.collation { chain.add("collated", .init(literal(collation))) }
        return .chain(chain)
    }

    static func view(_ view: View, _ verb: String) -> SwiftChain {
        SwiftChain(verb, .init(.string(view.name)), .init("as", expression(view.query)))
    }

    private static func named(_ name: String?, unless derived: String?, _ chain: SwiftChain) -> SwiftChain {
        guard let name, name != derived else { return chain }
        return chain.adding("named", .init(.string(name)))
    }

    private static func names(_ names: [String]) -> [SwiftArgument] { names.map { SwiftArgument(.string($0)) } }

    // MARK: Values

    static func expression(_ expression: SQLExpression) -> SwiftValue {
        switch expression {
        case .sql(let text): .string(text)
        case .native(let sqlite, let postgresql): native(sqlite, postgresql)
        }
    }

    private static func native(_ sqlite: String, _ postgresql: String) -> SwiftValue {
        .call(".native", .init("sqlite", .string(sqlite)), .init("postgresql", .string(postgresql)))
    }

    static func type(_ type: ColumnType) -> SwiftValue {
        switch type {
        case .native(let sqlite, let postgresql): native(sqlite, postgresql)
        case .decimal(let precision, let scale): .word(".decimal(\(precision), \(scale))")
        case .smallint, .integer, .bigint, .real, .numeric, .text, .varchar, .boolean, .timestamp, .datetime, .date,
            .time, .interval, .uuid, .json, .jsonText, .bytes:
            .word(".\(type)")
        }
    }

    static func generated(_ generated: Generated) -> [SwiftArgument] {
        [.init(expression(generated.expression)), .init(.word(".\(generated.storage.rawValue)"))]
    }

    static func literal(_ value: Default) -> SwiftValue {
        switch value {
        case .text(let text): .string(text)
        case .integer(let value): .word(String(value))
        case .real(let value) where value.isFinite: .word(String(value))
        case .real(let value): .word(".real(\(value.isNaN ? ".nan" : value < 0 ? "-.infinity" : ".infinity"))")
        case .boolean(let value): .word(String(value))
        case .json(let text): .call(".json", .init(.string(text)))
        case .now: .word(".now")
        case .today: .word(".today")
        case .uuid: .word(".uuid")
        case .expression(let value): .call(".expression", .init(expression(value)))
        }
    }

    static func literal(_ collation: Collation) -> SwiftValue {
        switch collation {
        case .nocase: .word(".nocase")
        case .binary: .word(".binary")
        case .native(let sqlite, let postgresql): native(sqlite, postgresql)
        }
    }

    private static func literal(_ action: ForeignKey.Action) -> SwiftValue {
        switch action {
        case .noAction: .word(".noAction")
        case .restrict: .word(".restrict")
        case .cascade: .word(".cascade")
        case .setNull: .word(".setNull")
        case .setDefault: .word(".setDefault")
        }
    }
}
