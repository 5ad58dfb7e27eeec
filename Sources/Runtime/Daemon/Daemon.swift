import Dialects
import Logging
import Migrator
import NIOPosix
import TCPOSIX
import ServiceLifecycle
import TCSettings

/// The daemon, in one straight line: settings → lock → migrate → socket → epoch → stores → ready → drain.
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

    /// Looks at settings, database and schema, and serves nothing. Returns what it could not look at; `nil` when that is nothing.
    public func check() async throws -> String? {
        let database = try open(access: .readOnly)
        logStart(socket: nil)
        try SHA256.load()
        try checkPlaces(socket: nil)
        for remark in try directory(loaded.settings).remarks { logger.warning("\(remark)") }
        let uncompared = try await checkSchema(of: database)
        let objection = try await AuditLog(database: database).objection()
        await database.close()
        if let objection { throw Self.unguarded(objection) }
        return uncompared
    }

    /// A role that may make no schema can't make the one that the database's is compared with. That is how a daemon should be, which
    /// must not be able to change its audit log: what is pending it sees all the same.
    private func checkSchema(of database: Database) async throws -> String? {
        let migrator = Migrator(history: options.history, database: database)
        do {
            try await migrator.start(.check, log)
            return nil
        } catch let error as DatabaseError where error.kind == .permission {
            try await migrator.start(.refuseIfBehind, log)
            return "whether somebody has changed the tables since was not looked at: \(error)"
        }
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
        try SHA256.load()
        try checkPlaces(socket: manager.activatedSocket == nil ? socketPath : nil)
        let reassurance = Task { await manager.reassure() }
        defer { reassurance.cancel() }
        let duty = try await begin(socketPath)
        defer { duty.lease.release() }
        if duty.predecessor != nil { try await duty.lease.waitForPredecessor() }
        try await serve(duty)
        await duty.end()
        await duty.lease.end()
        logger.notice("stopped")
    }

    /// Takes the lock and gets ready to serve. A standby that can't serve now gives the lock back and goes on waiting: what is in
    /// its way may pass, and another may be able to.
    private func begin(_ socketPath: String) async throws -> Duty {
        if manager.activatedSocket == nil { _ = try SocketPlace(path: socketPath, predecessor: nil).address() }
        while true {
            let lease = try lease()
            do {
                try await lease.take()
                return try await prepare(socketPath, lease)
            } catch {
                lease.release()
                guard options.isStandby, Self.mayPass(error) else { throw error }
                logger.warning(
                    "standby: this daemon can't work now, and goes on waiting", metadata: ["error": "\(error)"])
                manager.ready("standby: \(error)")
                try await Task.sleep(for: Self.pauseAfterFailure)
            }
        }
    }

    /// Long enough for another standby to get the lock.
    private static let pauseAfterFailure = Duration.seconds(2)

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as DatabaseError: error.mayPass
        case let error as MigrationFailure: error.cause.mayPass
        case let error as RuntimeError: [.socketInUse, .socketForeign, .socketFailed].contains(error.code)
        default: false
        }
    }

    private func lease() throws -> InstanceLease {
        InstanceLease(try open(poolSize: 1, silence: InstanceLease.silence), isPatient: options.isStandby) { news in
            switch news {
            case .waiting(let why):
                logger.notice("standby: \(why)")
                manager.ready("standby: \(why)")
            case .lost(let why):
                logger.error("the daemon's lock is not confirmed: nothing is answered", metadata: ["error": "\(why)"])
                manager.status("waiting for the database")
            case .regained:
                logger.notice("the daemon's lock is held again, and nobody else has worked meanwhile")
                manager.status("serving")
            }
        }
    }

    /// The lock is held. What is in the way is found before anything is changed; the socket is made before the epoch begins, so
    /// that nobody is fenced off by a daemon that can't be reached.
    private func prepare(_ socketPath: String, _ lease: InstanceLease) async throws -> Duty {
        try await migrate(before: {
            if manager.activatedSocket == nil {
                let place = SocketPlace(path: socketPath, predecessor: try await EpochHolder.last(in: $0))
                try await NIOThreadPool.singleton.runIfActive { try place.requireFree() }
            }
        })
        let database = try open(poolSize: 8, silence: Self.silence)
        let auditDatabase = try open(poolSize: 1, silence: Self.silence)
        let (socket, predecessor): (ListeningSocket, String?)
        do {
            predecessor = try await EpochHolder.last(in: database)
            socket = try await makeSocket(socketPath, predecessor: predecessor)
        } catch {
            await database.close()
            throw error
        }
        do {
            let epoch = try await Epoch.begin(database, holder: EpochHolder.ourselves.text)
            lease.keep(in: epoch, with: [database, auditDatabase])
            let services = try await services(database, auditDatabase, lease, epoch)
            if let objection = try await services.audit.objection() { logger.error("\(Self.unguarded(objection))") }
            return Duty(
                lease: lease, database: database, auditDatabase: auditDatabase, socket: socket, epoch: epoch,
                predecessor: predecessor, services: services)
        } catch {
            socket.abandon()
            await database.close()
            throw error
        }
    }

    /// A statement of a migration may take as long as it takes.
    private func migrate(before look: (Database) async throws -> Void) async throws {
        let database = try open()
        do {
            try await look(database)
            try await Migrator(history: options.history, database: database, options: migratorOptions).start(
                options.startup, log)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private func makeSocket(_ path: String, predecessor: String?) async throws -> ListeningSocket {
        if let descriptor = manager.activatedSocket { return ListeningSocket(activated: descriptor) }
        let mode = loaded.settings.mode.socketMode
        return try await NIOThreadPool.singleton.runIfActive {
            try ListeningSocket(path: path, mode: mode, predecessor: predecessor)
        }
    }

    /// A daemon that was stopped inside a transaction locks the epoch's row: less long than its lock lasts. One whose server says
    /// nothing gives its connection up.
    private static let silence = Silence(inTransaction: 2, ofServer: 30)

    /// What the daemon says is done has reached the disk, whatever the server's own settings are.
    private func open(
        access: ConnectionOptions.Access = .create, poolSize: Int = 4, silence: Silence = Silence()
    ) throws -> Database {
        try Database(
            loaded.settings.database,
            options: ConnectionOptions(
                access: access, applicationName: "teleclauded", poolSize: poolSize, isOwned: true,
                isDurable: true, silence: silence))
    }

    private var migratorOptions: Migrator.Options {
        Migrator.Options(appliedBy: "teleclauded", version: options.version)
    }

    private func services(
        _ database: Database, _ auditDatabase: Database, _ lease: InstanceLease, _ epoch: Epoch
    ) async throws -> Services {
        let settings = loaded.settings
        let directory = try self.directory(settings)
        let adapters = AdapterDirectory(settings)
        for remark in directory.remarks + adapters.remarks { logger.warning("\(remark)") }
        let fence = Fence(database: database, epoch: epoch)
        let sessions = SessionStore(fence)
        let tokens = SessionTokens(database: database, epoch: epoch)
        try await tokens.rememberTime()
        let hosts = HostRegistry()
        return Services(
            lease: lease, mode: settings.mode, agents: AgentBox(settings), directory: IdentityBox(directory),
            adapters: AdapterBox(adapters), sessions: sessions, tokens: tokens,
            callers: SessionCallers(tokens: tokens, sessions: sessions, hosts: hosts),
            audit: AuditLog(database: database, appending: auditDatabase, epoch: epoch),
            refusals: RefusalBudget(perMinute: settings.quotas.refusalsPerMinute),
            quotas: QuotaKeeper(settings.quotas),
            transcripts: try TranscriptStore(stateFolder: try options.context.stateFolder()) {
                try lease.requireConfirmedNow()
            },
            transcriptIndex: TranscriptIndex(fence: fence), transcriptNews: TranscriptNews(),
            hosts: hosts, events: EventHub(), activity: Activity(), draining: Draining(), meter: Meter(),
            inspection: DaemonInspection(
                migrator: Migrator(history: options.history, database: database),
                stateFolder: try options.context.stateFolder()),
            computer: Computer.name)
    }

    private func directory(_ settings: Settings) throws(SettingsError) -> IdentityDirectory {
        try IdentityDirectory(
            mode: settings.mode, people: settings.people, adapters: settings.adapters, monitor: settings.monitoring,
            uid: options.context.uid)
    }

    private func serve(_ duty: Duty) async throws {
        let (services, limits) = (duty.services, loaded.settings.server)
        let server = SocketServer(
            socket: duty.socket, responder: API(services: services, version: options.version).router().buildResponder(),
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
            services: services, socket: duty.socket, reload: reload(services), patience: limits.drainSeconds,
            hostSeconds: limits.hostSeconds, keep: loaded.settings.retention.closedSessions, logger: logger)
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

    /// What SIGHUP does: people, agents and adapters are read anew; the rest takes a restart, and that is said.
    private func reload(_ services: Services) -> @Sendable () -> Void {
        {
            do {
                let fresh = try LoadedSettings.load(options.context, for: .daemon)
                let directory = try directory(fresh.settings)
                services.directory.replace(by: directory)
                services.agents.replace(by: fresh.settings)
                let adapters = AdapterDirectory(fresh.settings)
                services.adapters.replace(by: adapters)
                services.events.askListeners()
                logger.notice("settings were read anew: people, agents and adapters are in force")
                for remark in directory.remarks + adapters.remarks { logger.warning("\(remark)") }
                for key in loaded.settings.keysThatNeedRestart(comparedWith: fresh.settings) {
                    logger.warning("\(key) has changed: it is in force after a restart")
                }
            } catch {
                logger.error("settings were not read anew: what was in force stays", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// What a daemon that serves has.
private struct Duty: Sendable {
    let lease: InstanceLease
    let database: Database
    let auditDatabase: Database
    let socket: ListeningSocket
    let epoch: Epoch
    /// Who worked before, and has not ended in an orderly way.
    let predecessor: String?
    let services: Services

    /// The end that was asked for. A database that does not hear of it costs the successor a little time.
    func end() async {
        try? await epoch.end(in: database)
        await auditDatabase.close()
        await database.close()
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
        case .migration(.gaveWay(let id, let holders)):
            manager.status("migrating \(id): another session holds a table")
            logger.notice(
                "a migration waits for a table",
                metadata: ["migration": "\(id)", "holders": "\(holders.map(\.description).joined(separator: "; "))"])
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
            ("server", server == other.server), ("quotas", quotas == other.quotas),
            ("retention", retention == other.retention),
        ].filter { !$0.1 }.map(\.0)
    }
}

/// This machine.
package enum Computer {
    package static let name: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }()
}
