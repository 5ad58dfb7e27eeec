import Dialects
import Logging
import Migrator
import ServiceLifecycle
import Settings

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The daemon, in one straight line: settings → lock → migrate → stores → socket → ready → drain.
public struct Daemon: Sendable {
    private let options: DaemonOptions
    private let loaded: LoadedSettings
    private let logger: Logger
    private let manager: ServiceManager

    /// Reads the settings. Throws `SettingsError`.
    public init(_ options: DaemonOptions, logger: Logger) throws {
        self.options = options
        self.logger = logger
        loaded = try LoadedSettings.load(options.context, for: .daemon)
        manager = ServiceManager(environment: options.context.environment, pid: getpid())
    }

    /// Looks at settings, database and schema, and serves nothing.
    public func check() async throws {
        let database = try open(access: .readOnly)
        logStart(socket: nil)
        try checkPlaces(socket: nil)
        for remark in try directory(loaded.settings).remarks { logger.warning("\(remark)") }
        try await Migrator(history: options.history, database: database).start(.check, log)
        let objection = try await AuditLog(database: database).objection()
        await database.close()
        if let objection { throw Self.unguarded(objection) }
    }

    private static func unguarded(_ objection: String) -> RuntimeError {
        RuntimeError(
            .auditUnavailable, "the audit log is not guarded as it was made: \(objection)",
            remedy: "find out who did this, and put the tables right")
    }

    /// Whoever can change the database, the recordings or the socket is the daemon: they are trusted by the rule that settings are.
    private func checkPlaces(socket: String?) throws(SettingsError) {
        let uid = options.context.uid
        try TrustedPlace.check(try options.context.stateFolder(), for: "what sessions have said", by: uid)
        if let path = loaded.settings.database.filePath, path.hasPrefix("/") {
            let endings = ["-wal", "-shm", "-journal", ".daemon"]
            try TrustedPlace.check(path, endings: endings, for: "the daemon's database", by: uid)
        }
        if let socket, socket.hasPrefix("/") {
            try TrustedPlace.check(Folder.above(socket), for: "who answers at the daemon's socket", by: uid)
        }
    }

    /// Serves until it is told to end. Throws what keeps it from starting, and `RuntimeError` of code `fenced` when another
    /// daemon has taken over.
    public func run() async throws {
        let socketPath = try options.context.socketPath(argument: options.socket)
        logStart(socket: socketPath)
        try checkPlaces(socket: manager.activatedSocket == nil ? socketPath : nil)
        let lockDatabase = try open(poolSize: 1)
        let lease = InstanceLease()
        try await lease.take(lockDatabase, isPatient: options.isStandby) {
            logger.notice("standby: another daemon works on this database")
            manager.status("standby")
        }
        defer { lease.release() }
        let database = try open(poolSize: 8)
        try await Migrator(history: options.history, database: database, options: migratorOptions).start(
            options.startup, log)
        let auditDatabase = try open(poolSize: 1)
        let services = try await services(database, auditDatabase)
        let socket =
            try manager.activatedSocket.map { ListeningSocket(activated: $0) }
            ?? ListeningSocket(path: socketPath, mode: loaded.settings.mode.socketMode)
        try await serve(services, on: socket, lease)
        await auditDatabase.close()
        await database.close()
        logger.notice("stopped")
    }

    /// What the daemon says is done has reached the disk, whatever the server's own settings are.
    private func open(
        access: ConnectionOptions.Access = .create, poolSize: Int = 4
    ) throws -> Database {
        try Database(
            loaded.settings.database,
            options: ConnectionOptions(
                access: access, applicationName: "teleclauded", poolSize: poolSize, isOwned: true,
                isDurable: true))
    }

    private var migratorOptions: Migrator.Options {
        Migrator.Options(appliedBy: "teleclauded", version: options.version)
    }

    private func services(_ database: Database, _ auditDatabase: Database) async throws -> Services {
        let settings = loaded.settings
        let directory = try self.directory(settings)
        for remark in directory.remarks { logger.warning("\(remark)") }
        let epoch = try await Epoch.begin(database, holder: "\(Computer.name) pid \(getpid())")
        let sessions = SessionStore(Fence(database: database, epoch: epoch))
        let tokens = SessionTokens(database: database, epoch: epoch)
        try await tokens.rememberTime()
        let hosts = HostRegistry()
        return Services(
            mode: settings.mode, agents: AgentBox(settings), directory: IdentityBox(directory), sessions: sessions,
            tokens: tokens, callers: SessionCallers(tokens: tokens, sessions: sessions, hosts: hosts),
            audit: AuditLog(database: database, appending: auditDatabase, epoch: epoch),
            refusals: RefusalBudget(),
            transcripts: try TranscriptStore(stateFolder: try options.context.stateFolder()),
            hosts: hosts, events: EventHub(), activity: Activity(), draining: Draining(),
            computer: Computer.name)
    }

    private func directory(_ settings: Settings) throws(SettingsError) -> IdentityDirectory {
        try IdentityDirectory(mode: settings.mode, people: settings.people, uid: options.context.uid)
    }

    private func serve(_ services: Services, on socket: ListeningSocket, _ lease: InstanceLease) async throws {
        if let objection = try await services.audit.objection() { logger.error("\(Self.unguarded(objection))") }
        let limits = loaded.settings.server
        let server = SocketServer(
            socket: socket, responder: API(services: services, version: options.version).router().buildResponder(),
            directory: services.directory, limits: connectionLimits(),
            requests: RequestLimits(bodyBytes: limits.bodyBytes, arrival: .seconds(limits.requestSeconds)),
            idleTimeout: .seconds(Int64(limits.idleSeconds)), logger: logger,
            onReady: {
                logger.notice("ready")
                manager.ready("serving")
            },
            onShutdown: {
                manager.stopping()
                services.draining.begin()
                services.events.finish()
                Task { await services.hosts.disconnectAll() }
            })
        let upkeep = Upkeep(
            services: services, lease: lease, manager: manager, reload: reload(services), patience: limits.drainSeconds,
            hostSeconds: limits.hostSeconds, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: [
                // Without a name the whole service is printed for one, and logged: its settings too.
                .init(service: upkeep, serviceName: "upkeep"),
                .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "socket"),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(limits.drainSeconds)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func connectionLimits() -> ConnectionLimits {
        let limits = loaded.settings.server
        let affordable = Descriptors.connections(limit: Descriptors.limit)
        if affordable < limits.connections {
            logger.warning(
                "server.connections is \(limits.connections), and the limit of open files (RLIMIT_NOFILE) leaves room for \(affordable)"
            )
        }
        return ConnectionLimits(
            perUser: limits.connectionsPerUser, ofPublic: limits.publicConnections, hostsPerUser: limits.hostsPerUser,
            inAll: min(limits.connections, affordable))
    }

    /// What SIGHUP does: people and agents are read anew; the rest takes a restart, and that is said.
    private func reload(_ services: Services) -> @Sendable () -> Void {
        {
            do {
                let fresh = try LoadedSettings.load(options.context, for: .daemon)
                let directory = try directory(fresh.settings)
                services.directory.replace(by: directory)
                services.agents.replace(by: fresh.settings)
                services.events.askListeners()
                logger.notice("settings were read anew: people and agents are in force")
                for remark in directory.remarks { logger.warning("\(remark)") }
                for key in loaded.settings.keysThatNeedRestart(comparedWith: fresh.settings) {
                    logger.warning("\(key) has changed: it is in force after a restart")
                }
            } catch {
                logger.error("settings were not read anew: what was in force stays", metadata: ["error": "\(error)"])
            }
        }
    }
}

extension Daemon {
    /// The first line names everything that decides how the daemon works.
    private func logStart(socket: String?) {
        logger.notice(
            "teleclauded \(options.version)",
            metadata: [
                "mode": "\(loaded.settings.mode.rawValue)",
                "settings": "\(loaded.files.isEmpty ? "none" : loaded.files.joined(separator: ","))",
                "database": "\(loaded.settings.database)", "socket": "\(socket ?? "-")",
            ])
        for remark in loaded.remarks { logger.warning("\(remark)") }
    }

    @Sendable private func log(_ event: StartupEvent) {
        switch event {
        case .position(let position): logger.info("schema", metadata: ["position": "\(position.code)"])
        case .waiting(let ids): logger.notice("waiting for migrations: \(ids.joined(separator: ", "))")
        case .migration(.started(let id, _)):
            manager.status("migrating \(id)")
            logger.info("migrating", metadata: ["migration": "\(id)"])
        case .migration(.finished(let id, _, let milliseconds)):
            logger.notice("migrated", metadata: ["migration": "\(id)", "ms": "\(milliseconds)"])
        case .ready: logger.debug("the schema is ready")
        }
    }
}

extension Settings.Mode {
    /// Who may connect. What they may do there is another question: the daemon knows who calls.
    fileprivate var socketMode: UInt32 {
        switch self {
        case .singleUser: 0o600
        case .system: 0o666
        }
    }
}

extension Settings {
    /// Which of the settings that take a restart differ.
    func keysThatNeedRestart(comparedWith other: Settings) -> [String] {
        [
            ("mode", mode == other.mode), ("database", database == other.database),
            ("server", server == other.server),
        ].filter { !$0.1 }.map(\.0)
    }
}

/// This machine.
enum Computer {
    static let name: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }()
}
