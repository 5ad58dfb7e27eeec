/// Finds the value that the server could not cast (`PostgreSQLCastingCopyIn`), because its error names neither column nor row, and the
/// value that it cast into another one, because then there is no error.
struct PostgreSQLCastSearch {
    /// How the texts of a column are cast.
    struct Cast {
        /// The type without its length: an explicit cast cuts off what is too long, and the assignment to the column refuses it
        /// (https://www.postgresql.org/docs/current/sql-expressions.html, 4.2.9).
        var type: String
        /// The type with its length, its precision or its fields.
        var held: String
        /// Whether the values are spans of time, which can be written in many ways.
        var isSpan: Bool

        /// Returns the condition that the column holds another value than the text says. The server writes what it has rounded, cut or
        /// put in order otherwise than it was written.
        func alters(_ text: String) -> String {
            isSpan ? "\(text)::\(held) <> \(text)::interval" : "\(text)::\(held)::text <> \(text)"
        }
    }

    /// The code under which the block below raises what it has found; the server uses none that begins so.
    private static let code = "TC001"

    let table: String
    /// The temporary table of the texts, whose name is that of the savepoint before the cast, too.
    let staged: String
    let columns: [String]
    /// `nil` for a column that is not cast.
    let casts: [Cast?]

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

    /// Returns the error for the first value that the insertion has altered; `nil` if there is none.
    func altered(on connection: PostgreSQLConnection) throws(DatabaseError) -> DatabaseError? {
        let alterations = zip(columns, casts).compactMap { column, cast in
            cast?.alters("r.\(SQLText.identifier(column))")
        }
        guard !alterations.isEmpty else { return nil }
        let condition = alterations.joined(separator: " OR ")
        let isAltered = try connection.queryValue(
            "SELECT EXISTS (SELECT FROM pg_temp.\(trusted: staged) r WHERE \(trusted: condition))")
        guard isAltered?.boolean == true else { return nil }
        let failure = DatabaseError(
            .other, "\(table): the server would alter a value, because it writes it otherwise", code: "22000")
        return explained(failure, on: connection)
    }

    /// Returns a block that casts value by value, as the insertion does, and raises the first error with its place.
    private func block(on connection: PostgreSQLConnection) throws(DatabaseError) -> String {
        let row = Self.row(try key(on: connection))
        let tried = zip(columns, casts).compactMap { column, cast in cast.map { (column, $0) } }
        let variables = tried.indices.map { at in
            "v\(at) \(SQLText.identifier(table)).\(SQLText.identifier(tried[at].0))%TYPE;"
        }
        let attempts = tried.enumerated().map { at, column in
            let (text, cast) = ("r.\(SQLText.identifier(column.0))", column.1)
            let raise =
                "RAISE EXCEPTION USING ERRCODE = '\(Self.code)', MESSAGE = concat("
                + "\(SQLText.literal("\(table).\(column.0), row ")), \(row), ': ', "
            return """
                BEGIN v\(at) := \(text)::\(cast.type);
                EXCEPTION WHEN OTHERS THEN \(raise)SQLERRM);
                END;
                IF \(cast.alters(text)) THEN
                    \(raise)left(\(text), 100), ' would become ', left(\(text)::\(cast.held)::text, 100));
                END IF;
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
