/// Finds the value that the server could not cast (`PostgreSQLCastingCopyIn`), because its error names neither column nor row.
struct PostgreSQLCastSearch {
    /// The code under which the block below raises what it has found; the server uses none that begins so.
    private static let code = "TC001"

    let table: String
    /// The temporary table of the texts, whose name is that of the savepoint before the cast, too.
    let staged: String
    let columns: [String]
    /// The types to which the texts are cast; `nil` for a column that is not cast.
    let casts: [String?]

    /// Returns the error with the table, the column and the row's key; unchanged if no value alone is to blame.
    func explained(_ failure: DatabaseError, on connection: PostgreSQLConnection) -> DatabaseError {
        // A value that is not one of its type, or that a domain refuses.
        guard let code = failure.code, code.hasPrefix("22") || code == "23514" else { return failure }
        do throws(DatabaseError) {
            try connection.executeScript("ROLLBACK TO SAVEPOINT \(staged)")
            try connection.executeScript(try block(on: connection))
            return failure
        } catch {
            guard error.code == Self.code else { return failure }
            var named = failure
            named.message = error.message
            named.statement = nil
            return named
        }
    }

    /// Returns a block that casts value by value, as the insertion does, and raises the first error with its place.
    private func block(on connection: PostgreSQLConnection) throws(DatabaseError) -> String {
        let row = Self.row(try key(on: connection))
        let tried = zip(columns, casts).compactMap { column, cast in cast.map { (column, $0) } }
        let variables = tried.indices.map { at in
            "v\(at) \(SQLText.identifier(table)).\(SQLText.identifier(tried[at].0))%TYPE;"
        }
        let attempts = tried.indices.map { at in
            """
            BEGIN v\(at) := r.\(SQLText.identifier(tried[at].0))::\(tried[at].1);
            EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION USING ERRCODE = '\(Self.code)', MESSAGE =
                concat(\(SQLText.literal("\(table).\(tried[at].0), row ")), \(row), ': ', SQLERRM);
            END;
            """
        }
        return """
            DO $tc_cast$
            DECLARE r record; n bigint := 0; \(variables.joined(separator: " "))
            BEGIN
                FOR r IN SELECT * FROM pg_temp.\(staged) LOOP
                    n := n + 1;
                    \(attempts.joined(separator: "\n"))
                END LOOP;
            END $tc_cast$
            """
    }

    /// Returns expressions that tell the row: its key, or its number where the table has none.
    private static func row(_ key: [String]) -> String {
        guard !key.isEmpty else { return "'number ', n" }
        return key.map { "\(SQLText.literal("\($0)=")), r.\(SQLText.identifier($0))" }.joined(separator: ", ', ', ")
    }

    /// Returns the columns of the primary key; empty if there is none, or if it is not written.
    private func key(on connection: PostgreSQLConnection) throws(DatabaseError) -> [String] {
        let rows = try connection.query(
            """
            SELECT a.attname::text FROM pg_catalog.pg_index i
                JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = \(SQLText.identifier(table))::regclass AND i.indisprimary
            ORDER BY array_position(i.indkey::int2[], a.attnum)
            """)
        let names = rows.compactMap { $0[0].text }
        return names.allSatisfy(columns.contains) ? names : []
    }
}
