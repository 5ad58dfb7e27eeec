import TCPostgreSQL
import TCPOSIX

/// Opens connections to a PostgreSQL server through libpq.
struct PostgreSQLDriver: Driver {
    let parameters: PostgreSQLParameters
    let options: ConnectionOptions
    private let pooler = PostgreSQLPooler()

    init(parameters: PostgreSQLParameters, options: ConnectionOptions) {
        self.parameters = parameters
        self.options = options
    }

    var dialect: any TransferDialect { PostgreSQLDialect() }
    var connectionLimit: Int { .max }

    func connect() throws(DatabaseError) -> any Connection {
        try connect(answeringWithin: options.silence.ofServer, isFurther: false)
    }

    /// A pooler whose sessions are all in use lets clients in and keeps them waiting, until it turns them away or for ever.
    func connectFurther() throws(DatabaseError) -> any Connection {
        do throws(DatabaseError) {
            return try connect(answeringWithin: min(options.silence.ofServer ?? .infinity, 10), isFurther: true)
        } catch {
            guard error.kind == .lost else { throw error }
            throw .wantOfConnections(error.message)
        }
    }

    /// Opens a connection. Until its session is configured, the server may take `patience` seconds for each answer; `nil` for no limit.
    private func connect(
        answeringWithin patience: Double?, isFurther: Bool
    ) throws(DatabaseError) -> any Connection {
        // A server that hangs up while this program writes to it must not end the program. A handler of the program's own stays.
        if SignalDisposition.of(SIGPIPE) == .byDefault { signal(SIGPIPE, SIG_IGN) }
        guard let handle = open() else { throw DatabaseError(.unreachable, "not enough memory to connect") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw PostgreSQLConnectFailure(handle, parameters).error
        }
        // Notices are meant for a person at a terminal. By default libpq writes them to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        let connection = PostgreSQLConnection(handle, options)
        (connection.answerTimeout, connection.heedsCancellation) = (patience, isFurther)
        do {
            try PostgreSQLVersion.require(PQserverVersion(handle))
            try configure(connection)
        } catch {
            connection.close()
            throw error
        }
        (connection.answerTimeout, connection.heedsCancellation) = (options.silence.ofServer, false)
        return connection
    }

    /// Configures a new session. It checks the session before it sets anything, because nothing may be changed in a session that
    /// is shared with others.
    private func configure(_ connection: PostgreSQLConnection) throws(DatabaseError) {
        let session = try PostgreSQLSession(of: connection)
        if PostgreSQLPooler.isBetween(connection, session) {
            let address = PostgreSQLAddress(of: connection)
            try pooler.requireOwnSession(connection, session) { open(at: address) }
        }
        let settings = PostgreSQLSettings(
            options: options, spoken: Self.spokenOptions(connection), serverVersion: PQserverVersion(connection.handle))
        try settings.apply(session, to: connection)
    }

    /// Returns the `options` that the connection was opened with, wherever libpq found them.
    private static func spokenOptions(_ connection: PostgreSQLConnection) -> String {
        guard let all = PQconninfo(connection.handle) else { return "" }
        defer { PQconninfoFree(all) }
        var option = all
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "options" { return option.pointee.val.map { String(cString: $0) } ?? "" }
            option += 1
        }
        return ""
    }

    /// Opens a connection that is not configured yet; `nil` if there is no memory for it.
    func open(at address: PostgreSQLAddress? = nil) -> OpaquePointer? {
        var all = parameters
        address?.select(in: &all)
        all["client_encoding"] = "UTF8"
        all.setDefault("fallback_application_name", options.applicationName)
        // A server that vanished silently is noticed after about a minute, or as soon as the caller wants: by questions while nothing is on
        // its way, otherwise by `requireReach`. A limit of the system would also end a copy to a server that waits for a lock.
        let patience = options.silence.ofServer ?? PostgreSQLConnection.patience
        all.setDefault("connect_timeout", "\(Int(min(max(patience, 2), 10)))")
        all.setDefault("keepalives_idle", "\(Int(max(patience / 2, 1)))")
        all.setDefault("keepalives_interval", "\(Int(max(patience / 6, 1)))")
        all.setDefault("keepalives_count", "3")
        if options.silence.ofServer != nil { all.setDefault("tcp_user_timeout", "\(Self.milliseconds(patience))") }
        let keywords = all.all.map { strdup($0.keyword) } + [nil]
        let values = all.all.map { strdup($0.value) } + [nil]
        defer { (keywords + values).forEach { free($0) } }
        // The last argument keeps libpq from interpreting the database's name as a URI or a list of keywords.
        return PQconnectdbParams(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 0)
    }

    /// Returns milliseconds, at least one, since libpq and the server take 0 for "without end".
    static func milliseconds(_ seconds: Double) -> Int {
        Int(min(max(seconds * 1000, 1), Double(Int32.max)))
    }
}

/// The address of the server that the connection reached, among the several hosts that a URL may name.
struct PostgreSQLAddress {
    let host: String
    let port: String

    init(of connection: PostgreSQLConnection) {
        host = PQhost(connection.handle).map { String(cString: $0) } ?? ""
        port = PQport(connection.handle).map { String(cString: $0) } ?? ""
    }

    func select(in parameters: inout PostgreSQLParameters) {
        guard !host.isEmpty, parameters["host"]?.contains(",") == true else { return }
        parameters["host"] = host
        parameters["hostaddr"] = nil
        if !port.isEmpty { parameters["port"] = port }
    }
}
