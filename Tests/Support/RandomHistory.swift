import Dialects

/// Random operations on a small set of names, so that renames, references and indexes often meet.
public enum RandomHistory {
    static let tables = ["alpha", "beta", "gamma", "Delta", "delta"]
    static let names = ["first", "Second", "second", "alpha", "alpha_name_idx", "beta_pkey", "odd \"one\""]
    static let columns = ["id", "name", "size", "when", "parent", "Quoted \"x\""]

    /// Returns `count` operations that can be applied one after the other.
    public static func operations(count: Int, _ random: inout SeededGenerator) -> [SchemaOperation] {
        var schema = Schema()
        var operations: [SchemaOperation] = []
        var attempts = 0
        while operations.count < count, attempts < count * 30 {
            attempts += 1
            let operation = operation(for: schema, &random)
            guard let after = try? schema.applying(operation) else { continue }
            operations.append(operation)
            schema = after
        }
        return operations
    }

    /// Returns a random operation, which may or may not fit `schema`.
    public static func operation(for schema: Schema, _ random: inout SeededGenerator) -> SchemaOperation {
        let table = tables.pick(&random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: return .createTable(self.table(table, schema, &random))
        case 2: return .dropTable(table)
        case 3: return .renameTable(table, to: tables.pick(&random))
        case 4: return .createView(view(of: table, schema, &random))
        case 5: return .dropView("view_\(table)")
        case 6: return .run(Script(.sql("SELECT 1"), undo: .nothing))
        default:
            let existing = schema.tables.randomElement(using: &random)?.name ?? table
            let count = Int.random(in: 1...4, using: &random)
            return .alterTable(existing, (0..<count).map { _ in change(of: existing, schema, &random) })
        }
    }

    private static func view(of table: String, _ schema: Schema, _ random: inout SeededGenerator) -> View {
        let column = schema[table]?.columns.randomElement(using: &random)?.name ?? "id"
        let query = "SELECT \(SQLText.identifier(column)) FROM \(SQLText.identifier(table))"
        return View("view_\(table)", as: .sql(query))
    }

    private static func table(_ name: String, _ schema: Schema, _ random: inout SeededGenerator) -> Table {
        var table = Table(name: name)
        var id = Column("id", .bigint)
        id.isIdentity = Bool.random(using: &random)
        table.columns = [id, Column("name", .text)]
        table.primaryKey = PrimaryKey(["id"])
        for column in columns.dropFirst(2) where Bool.random(using: &random) {
            table.columns.append(self.column(column, &random))
        }
        if Bool.random(using: &random) { table.uniques.append(Unique(["name"])) }
        if Bool.random(using: &random) { table.checks.append(Check(.column("name", isOneOf: ["a", "it's"]))) }
        if Bool.random(using: &random) { table.indexes.append(index(of: "name", &random)) }
        if let parent = schema.tables.randomElement(using: &random), Bool.random(using: &random) {
            table.columns.removeAll { $0.name == "parent" }
            var column = Column("parent", parent[column: "id"]?.type ?? .bigint)
            column.isNullable = true
            table.columns.append(column)
            var key = ForeignKey(["parent"], to: parent.name, ["id"])
            key.onDelete = ForeignKey.Action.allCases.filter { $0 != .setDefault }.pick(&random)
            table.foreignKeys.append(key)
        }
        return table
    }

    private static func column(_ name: String, _ random: inout SeededGenerator) -> Column {
        let kinds: [(ColumnType, Default?)] = [
            (.text, "x"), (.integer, 7), (.bigint, nil), (.real, 1.5), (.boolean, true), (.timestamp, .now),
            (.uuid, .uuid),
            (.json, .json("{}")), (.decimal(10, 2), nil), (.varchar(40), "it's"), (.date, .today), (.bytes, nil),
        ]
        let (type, value) = kinds.pick(&random)
        var column = Column(name, type)
        if Bool.random(using: &random) { column.default = value }
        column.isNullable = Bool.random(using: &random)
        return column
    }

    private static func index(of column: String, _ random: inout SeededGenerator) -> Index {
        var index = Index(name: "", parts: [.init(.column(column), descending: Bool.random(using: &random))])
        index.isUnique = Bool.random(using: &random)
        if Bool.random(using: &random) { index.condition = .sql("\(SQLText.identifier(column)) IS NOT NULL") }
        return index
    }

    private static func change(of table: String, _ schema: Schema, _ random: inout SeededGenerator) -> Change {
        let column = columns.pick(&random)
        let known = schema[table]
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1: return .addColumn(self.column(column, &random), filling: nil)
        case 2: return .dropColumn(column)
        case 3, 4: return .renameColumn(column, to: columns.pick(&random))
        case 5:
            let types: [ColumnType] = [.text, .integer, .bigint, .real, .varchar(40)]
            return .changeColumn(column, [.type(types.pick(&random), using: nil), .default(nil)])
        case 6: return .changeColumn(column, [.nullable(Bool.random(using: &random), filling: nil)])
        case 7: return .addIndex(index(of: column, &random))
        case 8: return .dropIndex(known?.indexes.randomElement(using: &random)?.name ?? "none")
        case 9: return .addUnique(Unique([column]))
        case 10: return .dropUnique(known?.uniques.randomElement(using: &random)?.name ?? "none")
        case 11: return .addCheck(Check(.sql("\(SQLText.identifier(column)) IS NOT NULL")))
        case 12: return .dropCheck(known?.checks.randomElement(using: &random)?.name ?? "none")
        case 13:
            return .renameIndex(
                known?.indexes.randomElement(using: &random)?.name ?? "none", to: names.pick(&random))
        case 14:
            return .renameConstraint(
                known?.constraintNames.randomElement(using: &random) ?? "none", to: names.pick(&random))
        default:
            guard let key = known?.foreignKeys.randomElement(using: &random) else { return .dropPrimaryKey }
            return .dropForeignKey(key.name ?? "none")
        }
    }
}

extension Table {
    fileprivate var constraintNames: [String] {
        let keys = [primaryKey?.name] + uniques.map(\.name) + foreignKeys.map(\.name)
        return (keys + checks.map(\.name)).compactMap { $0 }
    }
}

extension Array {
    /// Returns a random element. The array must not be empty.
    func pick(_ random: inout SeededGenerator) -> Element { self[Int.random(in: indices, using: &random)] }
}
