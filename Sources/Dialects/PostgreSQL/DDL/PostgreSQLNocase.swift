// Text that compares without regard to case. PostgreSQL has two ways to make it.

/// The column types for such text. Both fold every letter, and not only those of ASCII.
enum PostgreSQLNocase {
    /// The type of the extension citext: https://www.postgresql.org/docs/current/citext.html
    static let citext = ColumnType.native(sqlite: "TEXT", postgresql: "citext")
    static let collated = ColumnType.native(sqlite: "TEXT", postgresql: "text COLLATE \"\(collation)\"")
    static let collation = "nocase"

    /// The statement that makes the collation. Under it accents count and case does not. "Nondeterministic" means that strings
    /// can be equal though their bytes differ (https://www.postgresql.org/docs/current/collation.html, 24.2.2.4).
    static let makeCollation =
        "CREATE COLLATION \"\(collation)\" (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"

    /// Returns whether a column of this type compares without regard to case.
    static func holds(_ type: ColumnType) -> Bool { type == citext || type == collated }

    /// Returns a column as its text, compared by bytes whatever the column's own collation is. All other collations in the
    /// expression must be `C` too, because two different ones would be an error.
    static func asText(_ column: String) -> String { "(\(column)::text COLLATE \"C\")" }
}

extension PostgreSQLDialect {
    package func caseless(_ column: Column, as policy: NocasePolicy) -> Column {
        var column = column
        switch policy {
        case .text: break
        case .citext: column.type = PostgreSQLNocase.citext
        case .icu: column.type = PostgreSQLNocase.collated
        }
        return column
    }

    package func support(of policy: NocasePolicy, on connection: any Connection) throws -> NocaseSupport {
        switch policy {
        case .text: .there
        case .citext: try citextSupport(on: connection)
        case .icu: try collationSupport(on: connection)
        }
    }

    public func removeSupport(of policy: NocasePolicy) -> String? {
        switch policy {
        case .text: nil
        case .citext: Self.removing("EXTENSION citext")
        case .icu: Self.removing("COLLATION \"\(PostgreSQLNocase.collation)\"")
        }
    }

    /// Returns a statement that drops an object unless another object uses it by now.
    private static func removing(_ object: String) -> String {
        "DO $$ BEGIN DROP \(object); EXCEPTION WHEN dependent_objects_still_exist OR undefined_object THEN NULL; END $$"
    }

    package func trying<T>(on connection: any Connection, _ body: () throws -> T) throws -> T {
        try PostgreSQLInspector.withRollback(connection) { isOurs in
            // The transaction is rolled back, so a session that may only read may do this too.
            if isOurs { try connection.execute("SET TRANSACTION READ WRITE") }
            return try body()
        }
    }

    /// Returns the support for citext. The operators of a type are found by the search path alone. If the type's schema were
    /// not on the path, its texts would compare as ordinary texts.
    private func citextSupport(on connection: any Connection) throws -> NocaseSupport {
        let schema = try connection.queryValue(
            "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'citext'"
        )?.text
        if let schema {
            if try connection.queryValue("SELECT to_regtype('citext') IS NOT NULL")?.boolean == true { return .there }
            return .impossible(
                reason: "the extension citext is in the schema \(schema), which is not on the search path",
                remedy: "add that schema after the target's: ?options=-csearch_path=…,\(schema)")
        }
        let isKnown = try connection.queryValue(
            "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citext')")?.boolean
        guard isKnown == true else {
            return .impossible(
                reason: "the server has no extension citext",
                remedy: "install PostgreSQL's contrib modules there, or choose icu or text")
        }
        return .missing(make: "CREATE EXTENSION citext")
    }

    private func collationSupport(on connection: any Connection) throws -> NocaseSupport {
        let name = SQLText.identifier(PostgreSQLNocase.collation)
        guard try connection.queryValue("SELECT to_regcollation(\(name)) IS NOT NULL")?.boolean == true else {
            return .missing(make: PostgreSQLNocase.makeCollation)
        }
        let isCaseless = try connection.queryValue(
            "SELECT 'É' = 'é' COLLATE \(trusted: name) AND 'e' <> 'é' COLLATE \(trusted: name)")
        if isCaseless?.boolean == true { return .there }
        return .impossible(
            reason: "the target already has a different collation \(name)",
            remedy: "rename it, or choose citext or text")
    }
}
