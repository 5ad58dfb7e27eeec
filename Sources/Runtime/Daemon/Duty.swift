import Dialects
import Migrator
import NIOPosix
import TCSettings

/// What a daemon that serves has.
struct Duty: Sendable {
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
    /// The lock is held. What is in the way is found before anything is changed; the socket is made before the epoch begins, so
    /// that nobody is fenced off by a daemon that can't be reached.
    func prepare(_ socketPath: String, _ lease: InstanceLease) async throws -> Duty {
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
    func open(
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
