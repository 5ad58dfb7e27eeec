/// One thing that a look at an installation has come to.
package struct HealthCheck: Sendable, Equatable {
    package enum Outcome: String, Sendable {
        case ok
        case failed
        /// Nobody looked, or could: it may be well or not.
        case notChecked = "not_checked"
    }

    /// What was looked at, in the order in which it is shown.
    package enum Subject: String, Sendable, CaseIterable {
        case installed, settings, daemon, database, permissions, clock, space, log, tmux
    }

    package var subject: Subject
    package var outcome: Outcome
    package var message: String
    /// What to do about it.
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
