import TCPostgreSQL
import TCPOSIX

/// What a session is when it comes from the server: what role, database and URL say of it.
struct PostgreSQLSession {
    /// The server's process that works for it. A pooler in between answers with that of another number than it gave out.
    let process: Int64
    /// The path that the role, the database or the URL names, in its own words.
    let namedPath: String
    /// The schemas on it that exist and may be used, in its order.
    let schemas: [String]
    let replicationRole: String
    let synchronousCommit: String

    /// No name in it is looked up along the path, which may hold anybody's objects.
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

    /// A role's `statement_timeout` may be shorter than a busy server takes for this. Nothing may be set yet, so it is asked again.
    private static func patiently(_ connection: PostgreSQLConnection, _ sql: SQL) throws(DatabaseError) -> [Row] {
        for _ in 0..<50 {
            do throws(DatabaseError) { return try connection.query(sql) } catch {
                guard error.code == "57014" else { throw error }
            }
        }
        return try connection.query(sql)
    }

    /// Where tables are and are made: the first schema of the path that is anybody's to make tables in. Names that begin with
    /// `pg_` are the server's own (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-CATALOG).
    var target: String? { schemas.first { !$0.hasPrefix("pg_") && $0 != "information_schema" } }

    /// The path on which our own statements find things: the target, the schemas of extensions that the named path holds, and
    /// temporary tables last. The server's own functions and operators come before all of them, because nobody names
    /// `pg_catalog`. `nil` where there is no target: then the path stays as it is.
    func ownPath(extensionSchemas: Set<String>) -> String? {
        guard let target else { return nil }
        let others = schemas.filter { $0 != target && extensionSchemas.contains($0) && !$0.hasPrefix("pg_") }
        return SQLText.identifiers([target] + others + ["pg_temp"])
    }

    /// The path on which a script finds things: all that the named one holds, but for temporary tables, which come last. `place`
    /// is where tables are made now.
    func scriptPath(in place: String) -> String {
        let others = schemas.filter { $0 != place && !$0.hasPrefix("pg_temp") }
        return SQLText.identifiers([place] + others + ["pg_temp"])
    }
}

/// What every session is set to, whatever its role's, its database's or its server's settings say: so that text means the same
/// everywhere, nothing is filtered, and only the caller's own limits stop a statement. Sent once connected, because poolers
/// refuse most of it among the start-up options.
struct PostgreSQLSettings {
    let options: ConnectionOptions
    /// What the URL, or the environment, says itself: that is this run's own choice.
    let spoken: String
    /// As in 150018.
    let serverVersion: Int32

    func text(_ session: PostgreSQLSession) -> String {
        let all = meaning + limits + transactions(session)
        return all.map { "SET \($0)" }.joined(separator: "; ")
    }

    /// How text is read and written.
    private var meaning: [String] {
        [
            "TimeZone = 'UTC'", "DateStyle = 'ISO, YMD'", "IntervalStyle = 'postgres'", "extra_float_digits = 1",
            "bytea_output = 'hex'", "standard_conforming_strings = on", "backslash_quote = 'safe_encoding'",
            "array_nulls = on", "transform_null_equals = off", "quote_all_identifiers = off", "xmlbinary = 'base64'",
            "xmloption = 'content'", "gin_fuzzy_search_limit = 0", "check_function_bodies = on",
            // Rows that a policy hides would be missing without a word: an error is better.
            "row_security = off",
        ]
    }

    /// 0 is "without end".
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

    /// A client whose machine has vanished is found by asking its kernel. One that was stopped is not, since its kernel goes on
    /// answering: the limits of its silence end that session.
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
            // A server's stronger promise (`remote_apply`) stays.
            if session.synchronousCommit == "off", options.isDurable || options.isOwned {
                settings.append("synchronous_commit = on")
            }
        }
        return settings
    }
}

extension PostgreSQLSettings {
    /// Brings a new session to these settings, and the connection to know them.
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

    /// As a replica a session runs no triggers, and foreign keys are triggers
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
                    + "triggers and foreign keys would not be heeded", code: error.code,
                remedy: "let a superuser RESET it for the role and the database")
        }
    }
}
