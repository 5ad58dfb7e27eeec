import Logging
import ServiceLifecycle
import TCSettings

extension Daemon {
    func serve(_ duty: Duty) async throws {
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
            services: services, socket: duty.socket, reload: reload(services), hostSeconds: limits.hostSeconds,
            keep: loaded.settings.retention.closedSessions, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: [
                // Without a name, the whole service would be printed in its place and logged, settings included.
                .init(service: upkeep, serviceName: "upkeep"),
                .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup, serviceName: "socket"),
            ],
            logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(limits.drainSeconds)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func connectionLimits() -> ConnectionLimits {
        let limits = loaded.settings.server
        let affordable = Descriptors.connections(limit: Descriptors.limit)
        if affordable < limits.connections {
            logger.warning(
                "server.connections is \(limits.connections), and the limit on open files (RLIMIT_NOFILE) leaves room for \(affordable)"
            )
        }
        return ConnectionLimits(
            perUser: limits.connectionsPerUser, ofPublic: limits.publicConnections, hostsPerUser: limits.hostsPerUser,
            inAll: min(limits.connections, affordable))
    }

    /// Returns the handler of SIGHUP: it reloads people, agents and adapters, and logs which other settings need a restart.
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
                if fresh.settings.people.isEmpty, !loaded.settings.people.isEmpty {
                    logger.warning("no people are left in the settings: put them back if that was a mistake")
                }
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

extension Settings {
    /// Returns the keys of the settings that differ and take effect only after a restart.
    func keysThatNeedRestart(comparedWith other: Settings) -> [String] {
        [
            ("mode", mode == other.mode), ("database", database == other.database),
            ("server", server == other.server), ("quotas", quotas == other.quotas),
            ("retention", retention == other.retention),
        ].filter { !$0.1 }.map(\.0)
    }
}
