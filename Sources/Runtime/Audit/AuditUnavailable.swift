/// An error: the audit log can't be written, so nothing that has to be logged may be done.
package struct AuditUnavailable: Error, Sendable {
    /// The reason, as a sentence for the daemon's own log only: it may name files and hosts.
    package var cause: String

    init(cause: any Error) { self.cause = String(describing: cause) }
}

extension AuditUnavailable: CustomStringConvertible {
    package var description: String {
        "the audit log can't be written, so nothing was done: \(cause)"
    }
}
