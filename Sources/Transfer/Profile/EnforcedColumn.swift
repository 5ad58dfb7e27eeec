import Dialects

/// A column of a database that enforces its columns' types. Its type is known without reading its values.
struct EnforcedColumn: Sendable {
    var column: String
    var type: EnforcedType
    /// The largest number in a column that the database numbers; `nil` for any other column.
    var highest: Int64?
    /// The number of values that other databases have no equivalent of, for each of `EnforcedType.specials`.
    var specials: [Int]

    /// The type in another database.
    var choice: TypeChoice {
        guard let (special, count) = zip(type.specials, specials).first(where: { $1 > 0 }) else {
            return TypeChoice(type.type, because: type.reason)
        }
        let found = "\(count.counted("value is", "values are")) \(special.words)"
        guard let instead = special.instead else { return TypeChoice(type.type, because: type.reason ?? found) }
        return TypeChoice(instead, because: found)
    }
}

/// Counts everything that has to be known about such a table, in queries that the server answers.
struct EnforcedTableCounts {
    private let blank: ProfiledTable
    private let types: [String: EnforcedType]

    init(_ blank: ProfiledTable, _ types: [String: EnforcedType]) {
        self.blank = blank
        self.types = types
    }

    func read(on connection: any Connection) throws -> ProfiledTable {
        let table = blank.table
        let kinds = table.columns.map { types[$0.name] ?? EnforcedType($0.type) }
        var answers = ["count(*)"]
        for (column, type) in zip(table.columns, kinds) {
            if column.isIdentity { answers.append("max(\(SQLText.identifier(column.name)))") }
            answers += type.specials.map { "count(*) FILTER (WHERE \($0.condition))" }
        }
        for check in table.checks {
            answers.append("count(*) FILTER (WHERE (\(check.expression.sourceText)) IS FALSE)")
        }
        var row = try values(of: answers, on: connection)[...]
        func take(_ count: Int) -> [Int64?] {
            defer { row = row.dropFirst(count) }
            return row.prefix(count).map(\.integer)
        }
        func counts(_ count: Int) -> [Int] { take(count).map { Int($0 ?? 0) } }
        var found = blank
        found.rows = counts(1).first ?? 0
        found.held = zip(table.columns, kinds).map { column, type in
            EnforcedColumn(
                column: column.name, type: type, highest: column.isIdentity ? take(1).first ?? nil : nil,
                specials: counts(type.specials.count))
        }
        found.breaches = counts(table.checks.count)
        return found
    }

    /// Returns a row of answers, in as many queries as needed: PostgreSQL returns at most 1,664 columns
    /// (https://www.postgresql.org/docs/current/limits.html).
    private func values(of answers: [String], on connection: any Connection) throws -> [Value] {
        try stride(from: 0, to: answers.count, by: 1_600).flatMap { start in
            let some = answers[start..<min(start + 1_600, answers.count)].joined(separator: ", ")
            return try connection.query("SELECT \(trusted: some) \(trusted: blank.reading.from)").first?.values ?? []
        }
    }
}
