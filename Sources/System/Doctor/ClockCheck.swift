import Dialects

/// Whether two clocks agree.
package enum ClockCheck {
    /// Tokens run out, and the log is read, by these clocks. Databases tell whole seconds, so that it can't be fewer than two.
    package static let tolerance: Int64 = 5

    /// What another clock said, after `asked` and before `answered` of one's own.
    package static func judge(
        _ whose: String, _ said: Timestamp, asked: Timestamp, answered: Timestamp
    ) -> HealthCheck {
        guard said >= asked.advanced(seconds: -tolerance), said <= answered.advanced(seconds: tolerance) else {
            return .failed(
                .clock, "\(whose) clock says \(said.text), and this one \(answered.text)",
                advice: "let both machines ask a time server (timedatectl set-ntp true)")
        }
        return .ok(.clock, "\(whose) clock goes with this one, within \(tolerance) s")
    }
}
