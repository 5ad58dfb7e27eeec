import TCSettings
import Synchronization

/// The agents and keys in effect. SIGHUP replaces them.
package final class AgentBox: Sendable {
    /// The agents with their keys; because of the keys it is never printed.
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
