import CPostgreSQL

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Opens connections to a PostgreSQL server by libpq.
struct PostgreSQLDriver: Driver {
    let parameters: PostgreSQLParameters
    let options: ConnectionOptions

    var dialect: any TransferDialect { PostgreSQLDialect() }

    func connect() throws(DatabaseError) -> any Connection {
        // A server that hangs up while it is written to must not end this program.
        signal(SIGPIPE, SIG_IGN)
        guard let handle = open() else { throw DatabaseError(.unreachable, "there is no memory left to connect with") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw PostgreSQLConnectFailure(handle, parameters).error
        }
        // Notices are for a person at a terminal; without this libpq writes them to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        let connection = PostgreSQLConnection(handle)
        do {
            connection.settings = settings
            try connection.executeScript(settings)
        } catch {
            connection.close()
            throw error
        }
        return connection
    }

    private func open() -> OpaquePointer? {
        var all = parameters
        all["client_encoding"] = "UTF8"
        all.setDefault("fallback_application_name", options.applicationName)
        all.setDefault("connect_timeout", "10")
        // A server that vanished without a word is noticed after about a minute.
        all.setDefault("keepalives_idle", "30")
        all.setDefault("keepalives_interval", "10")
        all.setDefault("keepalives_count", "3")
        let keywords = all.all.map { strdup($0.keyword) } + [nil]
        let values = all.all.map { strdup($0.value) } + [nil]
        defer { (keywords + values).forEach { free($0) } }
        // The last argument keeps libpq from reading a URI, or a list of keywords, out of the database's name.
        return PQconnectdbParams(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 0)
    }

    /// What every session is set to, so that text means the same whatever server, role or database it came from. Sent once
    /// connected, because poolers refuse most of it among the start-up options.
    private var settings: String {
        var settings = [
            "TimeZone = 'UTC'", "DateStyle = 'ISO, YMD'", "IntervalStyle = 'postgres'", "extra_float_digits = 1",
            "bytea_output = 'hex'", "standard_conforming_strings = on",
            "lock_timeout = \(milliseconds(options.lockTimeout))",
        ]
        if let timeout = options.statementTimeout { settings.append("statement_timeout = \(milliseconds(timeout))") }
        if options.isDurable { settings.append("synchronous_commit = on") }
        switch options.access {
        case .readOnly: settings.append("default_transaction_read_only = on")
        case .readWrite, .create: break
        }
        return settings.map { "SET \($0)" }.joined(separator: "; ")
    }

    /// At least one, since the server takes 0 for "without end".
    private func milliseconds(_ seconds: Double) -> Int {
        Int(min(max(seconds * 1000, 1), Double(Int32.max)))
    }
}
