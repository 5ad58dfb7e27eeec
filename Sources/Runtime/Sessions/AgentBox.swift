import TCSettings
import Synchronization

/// Agents and their keys as they are in force. SIGHUP puts others in their place.
public final class AgentBox: Sendable {
    /// Never shown: it holds keys.
    struct Known: Sendable {
        var agents: [String: Agent]
        private let secrets: Secrets

        init(_ settings: Settings) {
            agents = settings.agents
            secrets = settings.secrets
        }

        func secret(_ name: String) -> String? { secrets[name] }
    }

    private let known: Mutex<Known>

    init(_ settings: Settings) { known = Mutex(Known(settings)) }

    var current: Known { known.withLock { $0 } }

    func replace(by settings: Settings) {
        let fresh = Known(settings)
        known.withLock { $0 = fresh }
    }
}
