import Dialects

/// The run of a session that a host serves, as the host tells it: from the session's start, or its revival, to its end.
struct HostRun: Sendable {
    /// When the host began, by the machine's clock, which somebody may have set since.
    var started: Timestamp?
    /// The hash of the token that was issued for the run; `nil` for a host of an older version. An order to end revokes the
    /// session's tokens, so the token tells, without a clock, whether the order was meant for this run.
    var tokenHash: String?
}
