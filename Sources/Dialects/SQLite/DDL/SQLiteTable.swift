// The DDL of a table and its indexes in SQLite.

extension SQLiteDialect: TableDialect {
    /// Returns `CREATE TABLE`, with another name if one is given: that of a draft.
    func create(_ table: Table, as draft: String? = nil) throws(LoweringError) -> String {
        let clauses = try DDL.clauses(of: table, in: self)
        let strict = isStrict(table) ? " STRICT" : ""
        return "CREATE TABLE \(SQLText.identifier(draft ?? table.name)) \(DDL.body(clauses))\(strict)"
    }

    func create(_ index: Index, on table: Table) throws(LoweringError) -> String {
        try DDL.create(index, on: table, in: self)
    }

    /// Returns all expressions of the table and its indexes. Their text may depend on the types of the columns.
    func expressions(of table: Table) throws(LoweringError) -> [String] {
        var texts: [String] = []
        for check in table.checks { texts.append(try DDL.define(check, of: table, in: self)) }
        for column in table.columns {
            guard let generated = column.generated else { continue }
            texts.append(try render(generated.expression, as: .generated(column, of: table)))
        }
        return texts + (try createIndexes(of: table))
    }

    /// Returns the line of a column. CHECKs test the values of types that are stored as TEXT or INTEGER where that is cheap and
    /// catches real mistakes.
    func line(of column: Column, in table: Table, isInlineKey: Bool) throws(LoweringError) -> String {
        let type = try render(column.type)
        let name = SQLText.identifier(column.name)
        var text = type.isEmpty ? name : "\(name) \(type)"
        if isInlineKey { text += " PRIMARY KEY" }
        if column.isIdentity {
            guard isInlineKey else {
                throw LoweringError(
                    "\(table.name).\(column.name)",
                    "SQLite numbers rows only in a column that is the whole primary key",
                    remedy: "make it the primary key, or fill it yourself")
            }
            return text + " AUTOINCREMENT"
        }
        if !column.isNullable { text += " NOT NULL" }
        if let value = column.default { text += " DEFAULT \(try render(value, for: column.type))" }
        if let generated = column.generated {
            let expression = try render(generated.expression, as: .generated(column, of: table))
            text += " GENERATED ALWAYS AS (\(expression)) \(generated.storage.rawValue.uppercased())"
        }
        if let collation = column.collation { text += try collate(collation) }
        switch column.type {
        case .boolean: text += " CHECK (\(name) IN (0, 1))"
        // Before version 3.42 json_valid(NULL) is 0 instead of NULL.
        case .json, .jsonText: text += " CHECK (\(column.isNullable ? "\(name) IS NULL OR " : "")json_valid(\(name)))"
        case .varchar(let length): text += " CHECK (length(\(name)) <= \(length))"
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .bytes, .native:
            break
        }
        return text
    }

    /// Returns whether the table can be STRICT, which refuses type names that another program chose.
    private func isStrict(_ table: Table) -> Bool {
        table.columns.allSatisfy { column in
            switch column.type {
            case .native(let sqlite, _):
                ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"].contains(sqlite.uppercased())
            case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .timestamp,
                .datetime, .date,
                .time, .interval, .uuid, .json, .jsonText, .bytes:
                true
            }
        }
    }

    public func collate(_ collation: Collation) throws(LoweringError) -> String {
        switch collation {
        case .nocase: return " COLLATE NOCASE"
        case .binary: return " COLLATE BINARY"
        case .native(let sqlite, let postgresql):
            guard !sqlite.isEmpty else { throw LoweringError(postgresql, "this collation has no name in SQLite") }
            return " COLLATE \(sqlite)"
        }
    }
}
