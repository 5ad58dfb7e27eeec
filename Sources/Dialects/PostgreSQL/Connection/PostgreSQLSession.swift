import TCPostgreSQL
import TCPOSIX

/// The state of a session as the server opens it, by the settings of its role, database and URL.
struct PostgreSQLSession {
    /// The server process of the session. Behind a pooler, this number differs from the one that the pooler gave out.
    let process: Int64
    /// The search path that the role, the database or the URL names, as it is written there.
    let namedPath: String
    /// The existing schemas of the path that this role may use, in the path's order.
    let schemas: [String]
    let replicationRole: String
    let synchronousCommit: String

    /// Reads the state. Every name in the query has its schema, because the search path may lead to anybody's objects.
    init(of connection: PostgreSQLConnection) throws(DatabaseError) {
        let rows = try Self.patiently(
            connection,
            """
            SELECT pg_catalog.pg_backend_pid()::pg_catalog.int8 AS process,
                pg_catalog.current_setting('search_path') AS path,
                pg_catalog.current_setting('session_replication_role') AS role,
                pg_catalog.current_setting('synchronous_commit') AS synchronous, s.name AS schema
            FROM (SELECT 1) AS one
                LEFT JOIN pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS s (name, at) ON true
            ORDER BY s.at
            """)
        let first = rows.first
        process = first?["process"]?.integer ?? 0
        namedPath = first?["path"]?.text ?? ""
        replicationRole = first?["role"]?.text ?? ""
        synchronousCommit = first?["synchronous"]?.text ?? ""
        schemas = rows.compactMap { $0["schema"]?.text }
    }

    /// Queries repeatedly. A role's `statement_timeout` may be shorter than a busy server needs, and nothing may be set yet.
    private static func patiently(_ connection: PostgreSQLConnection, _ sql: SQL) throws(DatabaseError) -> [Row] {
        for _ in 0..<50 {
            do throws(DatabaseError) { return try connection.query(sql) } catch {
                guard error.code == "57014" else { throw error }
            }
        }
        return try connection.query(sql)
    }

    /// The schema in which tables are found and made: the first one of the path that is not the server's own. Names that begin
    /// with `pg_` are the server's own (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-CATALOG).
    var target: String? { schemas.first { !$0.hasPrefix("pg_") && $0 != "information_schema" } }

    /// Returns the search path of our own statements: the target, the extensions' schemas in the named path, and temporary tables
    /// last. The server's own functions and operators come before all of them, because the path does not name `pg_catalog`.
    /// Returns `nil` if there is no target: the path then stays as it is.
    func ownPath(extensionSchemas: Set<String>) -> String? {
        guard let target else { return nil }
        let others = schemas.filter { $0 != target && extensionSchemas.contains($0) && !$0.hasPrefix("pg_") }
        return SQLText.identifiers([target] + others + ["pg_temp"])
    }

    /// Returns the search path of a script: everything in the named path, with temporary tables last. `place` is the schema in
    /// which tables are made at present.
    func scriptPath(in place: String) -> String {
        let others = schemas.filter { $0 != place && !$0.hasPrefix("pg_temp") }
        return SQLText.identifiers([place] + others + ["pg_temp"])
    }
}

/// The settings of every session, whatever the role, the database or the server sets. With them text means the same everywhere,
/// nothing is filtered, and only the caller's own limits stop a statement. They are sent after connecting, because poolers refuse
/// most of them among the start-up options.
struct PostgreSQLSettings {
    let options: ConnectionOptions
    /// The options that the URL or the environment sets itself. They are this run's own choice.
    let spoken: String
    /// The server's version as a number: 150018 for 15.18.
    let serverVersion: Int32

    func text(_ session: PostgreSQLSession) -> String {
        let all = (Self.meaning + limits + transactions(session)).map { "SET \($0)" } + [watch].compactMap { $0 }
        return all.joined(separator: "; ")
    }

    /// Lets the server end a statement whose client is gone, with its transaction and locks, instead of finishing it first: a killed
    /// program leaves no migration running. Servers on other systems than these accept nothing but 0
    /// (https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL).
    private var watch: String? {
        let name = "client_connection_check_interval"
        guard serverVersion >= 140_000, !spoken.contains(name) else { return nil }
        return "SELECT pg_catalog.set_config('\(name)', '2000', false) WHERE pg_catalog.version() ~ 'linux|darwin|bsd'"
    }

    /// The settings that decide how text is read and written. Scripts for psql set them, too (`PostgreSQLDialect.script`).
    static let meaning = [
        "TimeZone = 'UTC'", "DateStyle = 'ISO, YMD'", "IntervalStyle = 'postgres'", "extra_float_digits = 1",
        "bytea_output = 'hex'", "standard_conforming_strings = on", "backslash_quote = 'safe_encoding'",
        "array_nulls = on", "transform_null_equals = off", "quote_all_identifiers = off", "xmlbinary = 'base64'",
        "xmloption = 'content'", "gin_fuzzy_search_limit = 0", "check_function_bodies = on",
        // Without this, rows that a policy hides would be missing silently. An error is better.
        "row_security = off",
    ]

    /// The limits, where 0 means "without end".
    private var limits: [String] {
        var limits = ["lock_timeout": options.lockTimeout]
        limits["statement_timeout"] = options.statementTimeout
        limits["idle_in_transaction_session_timeout"] = options.silence.inTransaction
        var known = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
        if serverVersion >= 140_000 {
            limits["idle_session_timeout"] = options.silence.ofClient
            known.append("idle_session_timeout")
        }
        if serverVersion >= 170_000 { known.append("transaction_timeout") }
        let said = known.compactMap { name in
            limits[name].map { "\(name) = \(PostgreSQLDriver.milliseconds($0))" }
                ?? (spoken.contains(name) ? nil : "\(name) = 0")
        }
        return said + keepalives
    }

    /// The settings by which the server notices a vanished client. It finds a machine that has vanished by asking that machine's
    /// kernel. A stopped program is not found so, since its kernel goes on answering: the limits of its silence end that session.
    private var keepalives: [String] {
        guard options.silence.inTransaction != nil || options.silence.ofClient != nil else { return [] }
        return ["tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3"]
    }

    private func transactions(_ session: PostgreSQLSession) -> [String] {
        var settings = ["default_transaction_isolation = 'read committed'", "default_transaction_deferrable = off"]
        switch options.access {
        case .readOnly: settings.append("default_transaction_read_only = on")
        case .readWrite, .create:
            settings.append("default_transaction_read_only = off")
            // A stronger setting of the server (`remote_apply`) stays.
            if session.synchronousCommit == "off", options.isDurable || options.isOwned {
                settings.append("synchronous_commit = on")
            }
        }
        return settings
    }
}

extension PostgreSQLSettings {
    /// Applies these settings to a new session, and tells the connection about them.
    func apply(_ session: PostgreSQLSession, to connection: PostgreSQLConnection) throws(DatabaseError) {
        connection.session = session
        var text = text(session)
        try connection.executeScript(text)
        if let path = session.ownPath(extensionSchemas: []) {
            try connection.executeScript("SET search_path = \(path)")
            let extensions = session.schemas.count > 1 ? try extensionSchemas(connection) : []
            let wider = session.ownPath(extensionSchemas: extensions) ?? path
            if wider != path { try connection.executeScript("SET search_path = \(wider)") }
            text += "; SET search_path = \(wider)"
        }
        connection.settings = text
        try heedForeignKeys(session, connection)
    }

    private func extensionSchemas(_ connection: PostgreSQLConnection) throws(DatabaseError) -> Set<String> {
        let rows = try connection.query(
            """
            SELECT n.nspname FROM pg_catalog.pg_extension e
                JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
            """)
        return Set(rows.compactMap { $0[0].text })
    }

    /// Makes the session obey foreign keys. A session with the replica role runs no triggers, and foreign keys are triggers
    /// (https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SESSION-REPLICATION-ROLE).
    private func heedForeignKeys(
        _ session: PostgreSQLSession, _ connection: PostgreSQLConnection
    ) throws(DatabaseError) {
        guard session.replicationRole != "origin", options.access != .readOnly else { return }
        do throws(DatabaseError) {
            try connection.executeScript("SET session_replication_role = origin")
            connection.settings += "; SET session_replication_role = origin"
        } catch {
            throw DatabaseError(
                .permission,
                "the settings of this role or database say session_replication_role = \(session.replicationRole): "
                    + "triggers and foreign keys would not take effect", code: error.code,
                remedy: "let a superuser RESET it for the role and the database")
        }
    }
}
