import Dialects

/// Random pairs of schemas: the one that a history makes, and the one that results from editing it.
public enum RandomSchemas {
    /// Returns a pair of schemas. In half of the cases the second one is edited from the first; otherwise the two are unrelated.
    public static func pair(_ random: inout SeededGenerator) -> (before: Schema, after: Schema) {
        let before = edited(Schema(), &random)
        return (before, edited(Bool.random(using: &random) ? before : Schema(), &random))
    }

    private static func edited(_ schema: Schema, _ random: inout SeededGenerator) -> Schema {
        var schema = schema
        for _ in 0..<Int.random(in: 0...24, using: &random) {
            let table = schema.tables.randomElement(using: &random)
            let operation =
                if let table, Bool.random(using: &random) {
                    SchemaOperation.alterTable(table.name, [change(of: table, schema, &random)])
                } else {
                    RandomHistory.operation(for: schema, &random)
                }
            if let after = try? schema.applying(operation), after.tables.allSatisfy(\.isPossible) { schema = after }
        }
        return schema
    }

    /// Returns a change that makes objects depend on each other across tables: keys of another type, cycles, names that move.
    private static func change(of table: Table, _ schema: Schema, _ random: inout SeededGenerator) -> Change {
        let column = table.columns.pick(&random)
        let names = ["part_one", "part_two", "part_three"]
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1: return .changeColumn("id", [.type([.integer, .bigint].pick(&random))])
        case 2, 3:
            let parent = schema.tables.pick(&random)
            return .addForeignKey(ForeignKey([["id", "parent", "size"].pick(&random)], to: parent.name, ["id"]))
        case 4: return .addIndex(Index(name: names.pick(&random), parts: [.init(.column(column.name))]))
        case 5: return .addUnique(Unique([column.name], name: names.pick(&random)))
        case 6:
            var computed = Column("computed", .bigint)
            computed.isNullable = true
            let source = ["id", "size"].pick(&random)
            computed.generated = Generated(.sql("\(source) + \(Int.random(in: 1...2, using: &random))"))
            return .addColumn(computed, filling: nil)
        case 7: return .changeColumn(column.name, [.collation([nil, .nocase, .binary].pick(&random))])
        default: return .addPrimaryKey(PrimaryKey([column.name], name: names.pick(&random)))
        }
    }
}

extension Table {
    /// Whether PostgreSQL would accept the table in two respects that the schema value does not check: only text has a collation,
    /// and sums are computed from numbers.
    fileprivate var isPossible: Bool {
        columns.allSatisfy { column in
            guard column.collation == nil || column.type.isText else { return false }
            guard let generated = column.generated else { return true }
            let sources = columns.filter { generated.expression.readsColumn($0.name) }
            return !sources.isEmpty && sources.allSatisfy(\.type.isInteger)
        }
    }
}
