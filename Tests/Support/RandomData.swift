import Dialects

/// Random changes to tables that hold rows, and random rows for them: texts that are numbers, texts that are not, repetitions, NULL.
public enum RandomData {
    /// Returns a random operation, which may or may not fit `schema`. A third of them come from `RandomHistory`; all do if the schema
    /// has no tables.
    public static func operation(for schema: Schema, _ random: inout SeededGenerator) -> SchemaOperation {
        guard let table = schema.tables.randomElement(using: &random), Int.random(in: 0..<3, using: &random) > 0 else {
            return RandomHistory.operation(for: schema, &random)
        }
        let count = Int.random(in: 1...3, using: &random)
        return .alterTable(table.name, (0..<count).map { _ in change(of: table, schema, &random) })
    }

    private static func change(of table: Table, _ schema: Schema, _ random: inout SeededGenerator) -> Change {
        let column = table.columns.pick(&random)
        let texts = table.columns.filter { $0.type == .text || $0.type == .varchar(40) }
        let text = texts.randomElement(using: &random)?.name ?? "none"
        let name = SQLText.identifier(column.name)
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: return .changeColumn(column.name, [.type(types.pick(&random)), .default(nil)])
        case 2: return .changeColumn(column.name, [computed(column, &random), .default(nil)])
        case 3:
            let fill: [Default?] = [nil, filler(column.type)]
            return .changeColumn(column.name, [.nullable(false, filling: fill.pick(&random))])
        case 4: return .addUnique(Unique(table.columns.map(\.name).shuffled(using: &random).prefix(2).sorted()))
        case 5: return .addCheck(Check(.column(text, isOneOf: ["a", "it's"])))
        case 6: return .addCheck(Check(.sql("\(name) IS NOT NULL")))
        case 7:
            var index = Index(name: "", parts: [.init(.expression(.sql("lower(\(SQLText.identifier(text)))")))])
            index.isUnique = Bool.random(using: &random)
            return .addIndex(index)
        case 8:
            let parent = schema.tables.pick(&random)
            return .addForeignKey(ForeignKey([column.name], to: parent.name, parent.primaryKey?.columns ?? ["id"]))
        default:
            var added = Column("extra", types.pick(&random))
            added.isNullable = Bool.random(using: &random)
            let fill = added.isNullable ? nil : filler(added.type)
            return .addColumn(added, filling: fill)
        }
    }

    private static let types: [ColumnType] = [
        .text, .smallint, .integer, .bigint, .real, .varchar(4), .boolean, .timestamp, .date, .uuid, .json,
        .decimal(6, 1),
        .numeric,
    ]

    private static func computed(_ column: Column, _ random: inout SeededGenerator) -> Facet {
        let name = SQLText.identifier(column.name)
        switch column.type {
        case .text, .varchar:
            let words = ["upper(\(name))", "nullif(\(name), 'a')", "coalesce(\(name), 'none')"]
            return .type(column.type, using: .sql(words.pick(&random)))
        case .smallint, .integer, .bigint:
            return .type(column.type, using: .sql("\(name) + 1"), undo: .sql("\(name) - 1"))
        case .real, .decimal, .numeric, .boolean, .timestamp, .datetime, .date, .time, .interval, .uuid,
            .json, .jsonText, .bytes, .native:
            return .type(column.type, using: .sql(name))
        }
    }

    private static func filler(_ type: ColumnType) -> Default? {
        switch type {
        case .text, .varchar: "a"
        case .smallint, .integer, .bigint, .real, .decimal, .numeric: 7
        case .boolean: true
        case .json, .jsonText: .json("{}")
        case .date: .today
        case .timestamp, .datetime, .time: .now
        case .interval: "1 day"
        case .uuid: .uuid
        case .bytes, .native: nil
        }
    }
}

// MARK: - Rows

extension RandomData {
    /// Returns an INSERT into a declared table. The database may refuse it.
    public static func insert(
        into table: Table, keys: Range<Int>, _ dialect: any Dialect, _ random: inout SeededGenerator
    ) -> String {
        let columns = table.columns.filter { $0.generated == nil }
        let values = columns.map { value(of: $0, keys, dialect, &random) }
        return "INSERT INTO \(SQLText.identifier(table.name)) (\(SQLText.identifiers(columns.map(\.name)))) "
            + "VALUES (\(values.joined(separator: ", ")))"
    }

    private static func value(
        of column: Column, _ keys: Range<Int>, _ dialect: any Dialect, _ random: inout SeededGenerator
    ) -> String {
        if column.isNullable, Int.random(in: 0..<3, using: &random) == 0 { return "NULL" }
        let number = "\(Int.random(in: keys, using: &random))"
        switch column.type {
        case .smallint, .integer, .bigint: return number
        case .real: return ["1.5", "2.0", number].pick(&random)
        // The number is written as SQLite's own conversions write it: only then are two equal numbers also equal as text.
        case .decimal(_, let scale): return "'\(number).\(String(repeating: "0", count: scale))'"
        case .numeric: return "'\(number)'"
        case .text, .varchar:
            let words = ["a", "it's", "A", "7", "007", "1.5", "true", "{}", "{a", "2024-01-15", number]
            return SQLText.literal(words.pick(&random))
        case .boolean: return ["true", "false"].pick(&random)
        case .timestamp: return "'2024-01-\(Int.random(in: 10...20, using: &random))T00:00:00.000000Z'"
        case .datetime: return "'2024-01-15 00:00:00.000000'"
        case .date: return "'2024-01-\(Int.random(in: 10...20, using: &random))'"
        case .time: return "'10:20:30'"
        case .interval:
            return ["'1 day'", "'1 mon -2 days +03:04:05.5'", "'\(number) days'", "'-00:00:01'"].pick(&random)
        case .uuid:
            let digits = String(repeating: "0", count: 12 - number.count) + number
            return "'123e4567-e89b-42d3-a456-\(digits)'"
        case .json, .jsonText: return #"'{"a": 1}'"#
        case .bytes: return dialect.holdsDeclaredTypes ? "'\\x00ff'" : "X'00ff'"
        case .native: return "NULL"
        }
    }
}
