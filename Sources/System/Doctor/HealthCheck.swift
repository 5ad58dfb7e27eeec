/// The result of one check of an installation.
package struct HealthCheck: Sendable, Equatable {
    package enum Outcome: String, Sendable {
        case ok
        case failed
        /// The check was not made, or could not be made; the state is unknown.
        case notChecked = "not_checked"
    }

    /// The subject of a check, in the order in which the results are shown.
    package enum Subject: String, Sendable, CaseIterable {
        case installed, settings, daemon, database, permissions, clock, space, log, tmux
    }

    package var subject: Subject
    package var outcome: Outcome
    package var message: String
    /// The action that is advised.
    package var advice: String?

    package static func ok(_ subject: Subject, _ message: String) -> HealthCheck {
        HealthCheck(subject: subject, outcome: .ok, message: message)
    }

    package static func failed(_ subject: Subject, _ message: String, advice: String) -> HealthCheck {
        HealthCheck(subject: subject, outcome: .failed, message: message, advice: advice)
    }

    package static func notChecked(_ subject: Subject, _ message: String, advice: String? = nil) -> HealthCheck {
        HealthCheck(subject: subject, outcome: .notChecked, message: message, advice: advice)
    }
}
