import Dialects
import Migrator
import NIOPosix
import TCSettings

/// The resources of a daemon that serves.
struct Duty: Sendable {
    let lease: InstanceLease
    let database: Database
    let auditDatabase: Database
    let socket: ListeningSocket
    let epoch: Epoch
    /// The holder of the previous epoch, if that daemon has not ended in an orderly way.
    let predecessor: String?
    let services: Services

    /// Ends the duty in an orderly way. If the end can't be recorded in the database, the successor only waits a little longer.
    func end() async {
        try? await epoch.end(in: database)
        await auditDatabase.close()
        await database.close()
    }

    /// Ends the duty of a daemon that has never served.
    func abandon() async {
        socket.abandon()
        await end()
        await lease.end()
    }
}

extension Daemon {
    /// Prepares to serve; the caller holds the lock. Obstacles are found before anything is changed. The socket is made before
    /// the epoch begins, so that a daemon that can't be reached fences nobody off. A daemon that has lost the lock meanwhile, because
    /// it was stopped, takes neither the socket of the one that has it nor begins an epoch.
    func prepare(_ socketPath: String, _ lease: InstanceLease) async throws -> Duty {
        try await migrate(lease) {
            if manager.activatedSocket == nil {
                let place = SocketPlace(path: socketPath, predecessor: try await EpochHolder.last(in: $0))
                try await NIOThreadPool.singleton.runIfActive { try place.requireFree() }
            }
        }
        let database = try open(poolSize: 8, silence: Self.silence)
        let auditDatabase = try open(poolSize: 1, silence: Self.silence)
        do {
            let predecessor = try await EpochHolder.last(in: database)
            let transcripts = try TranscriptStore(stateFolder: try options.context.stateFolder()) {
                try lease.requireConfirmedNow()
            }
            try await lease.requireConfirmed()
            let socket = try await makeSocket(socketPath, predecessor: predecessor)
            do {
                let timeBefore = try await SessionTokens.latestTime(in: database)
                let epoch = try await Epoch.begin(database, holder: EpochHolder.ourselves.text) {
                    try lease.confirmAnew()
                }
                let services = try await ending(epoch, in: database) {
                    lease.keep(in: epoch, with: [database, auditDatabase])
                    let made = try await self.services(
                        database, auditDatabase, lease, epoch, transcripts, timeBefore: timeBefore)
                    if let objection = try await made.audit.objection() {
                        logger.error("\(Self.unguarded(objection))")
                    }
                    return made
                }
                return Duty(
                    lease: lease, database: database, auditDatabase: auditDatabase, socket: socket, epoch: epoch,
                    predecessor: predecessor, services: services)
            } catch {
                socket.abandon()
                throw error
            }
        } catch {
            await auditDatabase.close()
            await database.close()
            throw error
        }
    }

    /// Returns what `body` makes. If that fails, the epoch ends: whoever comes next need not wait for it.
    private func ending(
        _ epoch: Epoch, in database: Database, ifFails body: () async throws -> Services
    ) async throws -> Services {
        do { return try await body() } catch {
            // This task may be cancelled, and could not write any more.
            _ = await Task { try? await epoch.end(in: database) }.value
            throw error
        }
    }

    /// Applies the pending migrations. Their statements have no time limit.
    private func migrate(_ lease: InstanceLease, before look: (Database) async throws -> Void) async throws {
        let database = try open()
        do {
            try await look(database)
            try await requireRecordingsAreKnown(to: database)
            try await lease.requireConfirmed()
            try await Migrator(history: options.history, database: database, options: migratorOptions).start(
                options.startup, log)
            try await requireRecordings(of: database)
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

    /// The limits of silence on the daemon's connections, in seconds. The server ends a session that is idle inside a
    /// transaction: a daemon that was stopped there loses its lock on the epoch's row before it loses the instance lock
    /// (`InstanceLease.Term.server`). A daemon gives up a connection whose server is silent.
    private static let silence = Silence(inTransaction: 2, ofServer: 30)

    /// Opens the database so that whatever the daemon reports as done has reached the disk, regardless of the server's own
    /// settings.
    func open(
        access: ConnectionOptions.Access = .readWrite, poolSize: Int = 4, silence: Silence = Silence()
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
    /// The mode of the socket's file, which decides who may connect. It does not decide what callers may do: the daemon knows
    /// their identities.
    fileprivate var socketMode: UInt32 {
        switch self {
        case .singleUser: 0o600
        case .system: 0o666
        }
    }
}
