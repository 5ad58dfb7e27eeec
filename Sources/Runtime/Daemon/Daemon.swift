import Dialects
import Logging
import Migrator
import ServiceLifecycle
import TCPOSIX
import TCSettings

/// The daemon, whose life is one straight line: settings → lock → migrate → folder → socket → epoch → stores → ready → drain.
package struct Daemon: Sendable {
    let options: DaemonOptions
    let loaded: LoadedSettings
    let logger: Logger
    let manager: ServiceManager

    /// Reads the settings.
    ///
    /// - Throws: `SettingsError`.
    package init(_ options: DaemonOptions, logger: Logger) throws {
        self.options = options
        self.logger = logger
        loaded = try LoadedSettings.load(options.context, for: .daemon)
        manager = ServiceManager(environment: options.context.environment, pid: getpid())
    }

    /// Serves until the daemon is told to end.
    ///
    /// - Throws: The error that keeps the daemon from starting; `RuntimeError` of code `fenced` when another daemon has taken
    /// over.
    package func run() async throws {
        let socketPath = try options.context.socketPath(argument: options.socket)
        logStart(socket: socketPath)
        try SHA256.load()
        try checkPlaces(socket: manager.activatedSocket == nil ? socketPath : nil)
        let reassurance = Task { await manager.reassure() }
        defer { reassurance.cancel() }
        let drainSeconds = loaded.settings.server.drainSeconds
        // One group hears the signals from the first moment to the last: on Linux, a second source of the same signal, which another
        // group would be, silences both. The group that serves is told by this one.
        let life = Life {
            try await withGracefulShutdownHandler {
                try await live(socketPath)
            } onGracefulShutdown: {
                LastResort.exit(after: drainSeconds)
            }
        }
        let configuration = ServiceGroupConfiguration(
            services: [
                .init(service: life, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "daemon")
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await ServiceGroup(configuration: configuration).run()
    }

    private struct Life: Service {
        let body: @Sendable () async throws -> Void

        func run() async throws { try await body() }
    }

    private func live(_ socketPath: String) async throws {
        guard let duty = try await beginUnlessStopped(socketPath) else {
            return logger.notice("stopped before it served")
        }
        defer { duty.lease.release() }
        try await serve(duty)
        await duty.end()
        await duty.lease.end()
        logger.notice("stopped")
    }

    /// Gets ready to serve, and waits for the predecessor. Returns `nil` if SIGTERM or SIGINT came meanwhile: the statement that ran is then
    /// interrupted, so that a running migration is rolled back, or stays where it was if it is an online one.
    private func beginUnlessStopped(_ socketPath: String) async throws -> Duty? {
        let work = Task {
            let duty = try await begin(socketPath)
            // Only a cancellation ends this wait early.
            if duty.predecessor != nil { try? await duty.lease.waitForPredecessor() }
            return duty
        }
        do {
            let duty = try await withGracefulShutdownHandler {
                try await work.value
            } onGracefulShutdown: {
                work.cancel()
            }
            guard work.isCancelled else { return duty }
            // In the cancelled task nothing could be written or waited for any more.
            await duty.abandon()
        } catch {
            guard work.isCancelled else { throw error }
            logger.notice("told to end while it started", metadata: ["interrupted": "\(error)"])
        }
        return nil
    }

    /// Takes the lock and gets ready to serve. A standby that can't serve yet releases the lock and continues to wait: the
    /// obstacle may disappear, and another standby may be able to serve.
    private func begin(_ socketPath: String) async throws -> Duty {
        if manager.activatedSocket == nil { _ = try SocketPlace(path: socketPath, predecessor: nil).address() }
        while true {
            let lease = try lease()
            do {
                try await makeDatabase()
                try await lease.take()
                return try await prepare(socketPath, lease)
            } catch {
                lease.release()
                guard options.isStandby, !Task.isCancelled, Self.mayPass(error) else { throw error }
                logger.warning(
                    "standby: this daemon can't work now, and goes on waiting", metadata: ["error": "\(error)"])
                manager.ready("standby: \(error)")
                try await Task.sleep(for: Self.pauseAfterFailure)
            }
        }
    }

    /// The pause after a failed start, long enough for another standby to get the lock.
    private static let pauseAfterFailure = Duration.seconds(2)

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as DatabaseError: error.mayPass
        case let error as MigrationFailure: error.cause.mayPass
        case let error as RuntimeError:
            // The last one is of places on this machine: a disk that is not mounted or full, recordings that are elsewhere.
            [.socketInUse, .socketForeign, .socketFailed, .databaseUnavailable, .failed].contains(error.code)
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
}

extension Daemon {
    /// Logs the first line, which names everything that decides how the daemon works.
    func logStart(socket: String?) {
        logger.notice(
            "teleclauded \(options.version)",
            metadata: [
                "mode": "\(loaded.settings.mode.rawValue)",
                "settings": "\(loaded.files.isEmpty ? "none" : loaded.files.joined(separator: ","))",
                "database": "\(loaded.settings.database)", "socket": "\(socket ?? "-")",
            ])
        for remark in loaded.remarks { logger.warning("\(remark)") }
    }

    @Sendable func log(_ event: StartupEvent) {
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
        case .migration(.recorded(let id, let replaced, let areScriptsCompared)):
            logger.notice(
                "a migration is recorded in place of others",
                metadata: [
                    "migration": "\(id)", "replaces": "\(replaced.joined(separator: ", "))",
                    "scripts_compared": "\(areScriptsCompared)",
                ])
        case .migration(.building(let id, let progress)):
            let percent = progress.percent.map { ", \($0) %" } ?? ""
            manager.status("migrating \(id): \(progress.phase)\(percent)")
            logger.info(
                "an index is built",
                metadata: [
                    "migration": "\(id)", "index": "\(progress.index)", "phase": "\(progress.phase)\(percent)",
                    "waits_for": "\(progress.waitsFor?.description ?? "nobody")",
                ])
        case .ready: logger.debug("the schema is ready")
        }
    }
}
