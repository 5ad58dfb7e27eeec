// Text that compares without regard to case, which PostgreSQL has two ways to.

/// The types of such columns. Both fold every letter, and not only those of ASCII.
enum PostgreSQLNocase {
    /// https://www.postgresql.org/docs/current/citext.html
    static let citext = ColumnType.native(sqlite: "TEXT", postgresql: "citext")
    static let collated = ColumnType.native(sqlite: "TEXT", postgresql: "text COLLATE \"\(collation)\"")
    static let collation = "nocase"

    /// Accents count and case does not; strings that are equal though their bytes differ are what "nondeterministic" means
    /// (https://www.postgresql.org/docs/current/collation.html, 24.2.2.4).
    static let makeCollation =
        "CREATE COLLATION \"\(collation)\" (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"

    /// Whether a column of this type is one of them.
    static func holds(_ type: ColumnType) -> Bool { type == citext || type == collated }

    /// A column as the text that it holds, compared by its bytes whatever the column itself compares by. All other words for a
    /// collation are those of `C` too: two that differ would be an error.
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

    /// What somebody else uses meanwhile stays.
    private static func removing(_ object: String) -> String {
        "DO $$ BEGIN DROP \(object); EXCEPTION WHEN dependent_objects_still_exist OR undefined_object THEN NULL; END $$"
    }

    package func trying<T>(on connection: any Connection, _ body: () throws -> T) throws -> T {
        try PostgreSQLInspector.withRollback(connection) { isOurs in
            // Nothing of it stays, so a session that may only read may do this too.
            if isOurs { try connection.execute("SET TRANSACTION READ WRITE") }
            return try body()
        }
    }

    /// The operators of a type are found by the search path alone: behind a type from elsewhere, texts would compare as texts.
    private func citextSupport(on connection: any Connection) throws -> NocaseSupport {
        let schema = try connection.queryValue(
            "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'citext'"
        )?.text
        if let schema {
            if try connection.queryValue("SELECT to_regtype('citext') IS NOT NULL")?.boolean == true { return .there }
            return .impossible(
                reason: "the extension citext stands in the schema \(schema), which the search path does not hold",
                remedy: "name that schema behind the target's: ?options=-csearch_path=…,\(schema)")
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
            reason: "the target has a collation \(name) already, which is another one",
            remedy: "rename it, or choose citext or text")
    }
}
