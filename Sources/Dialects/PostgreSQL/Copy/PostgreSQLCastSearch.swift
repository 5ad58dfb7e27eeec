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
        /// The type under a domain; otherwise the type.
        var base: String

        /// Whether the values are names of the database's objects, such as those of `regclass` and of the roles in an `aclitem`.
        var readsNames: Bool { base.hasPrefix("reg") || base.hasPrefix("aclitem") }

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
    /// The columns whose domain decides whether it takes a value, cast or not.
    let domains: Set<String>

    /// Returns the error with the table, the column and the row's key; unchanged if no value alone is to blame.
    func explained(_ failure: DatabaseError, on connection: PostgreSQLConnection) -> DatabaseError {
        guard let code = failure.code, isOfValue(code) else { return failure }
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

    /// Whether the code can be about a value: one that is not of its type, or that a domain refuses. The readers of `tsvector`, `jsonpath`
    /// and others call it a syntax error, those of `hstore` and PostGIS an internal error. Only where a column holds names of objects is an
    /// object that does not exist a value; elsewhere a function of the target's own misses it.
    private func isOfValue(_ code: String) -> Bool {
        switch code {
        case "23502", "23514", "42601", "42602", "XX000": true
        case "3F000", "42704", "42725", "42883", "42P01": casts.contains { $0?.readsNames == true }
        default: code.hasPrefix("22")
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

    /// Returns a block that assigns value by value, as the insertion does, and raises the first error with its place.
    private func block(on connection: PostgreSQLConnection) throws(DatabaseError) -> String {
        let row = Self.row(try key(on: connection))
        let attempts = zip(columns, casts).compactMap { column, cast in
            cast != nil || domains.contains(column) ? attempt(column, cast, row) : nil
        }
        return """
            DO $tc_cast$
            DECLARE r record; n bigint := 0;
            BEGIN
                FOR r IN SELECT * FROM pg_temp.\(staged) LOOP
                    n := n + 1;
                    \(attempts.joined(separator: "\n"))
                END LOOP;
            END $tc_cast$
            """
    }

    /// Returns the statements that assign a column's value of the row `r`, and raise what is wrong with it. A domain may refuse NULL, so its
    /// variable begins with the value.
    private func attempt(_ column: String, _ cast: Cast?, _ row: String) -> String {
        let (name, value) = (SQLText.identifier(column), "r.\(SQLText.identifier(column))")
        let raise =
            "RAISE EXCEPTION USING ERRCODE = '\(Self.code)', MESSAGE = concat("
            + "\(SQLText.literal("\(table).\(column), row ")), \(row), ': ', "
        let assignment = """
            BEGIN
                DECLARE v \(SQLText.identifier(table)).\(name)%TYPE := \(value)\(cast.map { "::\($0.type)" } ?? "");
                BEGIN NULL; END;
            EXCEPTION WHEN OTHERS THEN \(raise)SQLERRM);
            END;
            """
        guard let cast else { return assignment }
        return """
            \(assignment)
            IF \(cast.alters(value)) THEN
                \(raise)left(\(value), 100), ' would become ', left(\(value)::\(cast.held)::text, 100));
            END IF;
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
