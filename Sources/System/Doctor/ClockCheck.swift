import Dialects

/// Checks whether two clocks agree.
package enum ClockCheck {
    /// The largest accepted difference in seconds. Tokens expire, and people read the log, by these clocks. Databases report
    /// whole seconds, so the limit can't be below two.
    package static let tolerance: Int64 = 5

    /// Compares the time of another clock with the own clock's times before (`asked`) and after (`answered`) the question.
    package static func judge(
        _ whose: String, _ said: Timestamp, asked: Timestamp, answered: Timestamp
    ) -> HealthCheck {
        guard said >= asked.advanced(seconds: -tolerance), said <= answered.advanced(seconds: tolerance) else {
            return .failed(
                .clock, "\(whose) clock says \(said.text), and this one \(answered.text)",
                advice: "have both machines use a time server (timedatectl set-ntp true)")
        }
        return .ok(.clock, "\(whose) clock agrees with this one, within \(tolerance) s")
    }
}
