/// A session that holds what another one waits for.
public struct LockHolder: Sendable, Equatable, CustomStringConvertible {
    /// The server's process of the session: the argument of `pg_terminate_backend`.
    public let process: Int64
    /// The role that the session logged in as.
    public let user: String
    /// What the program calls itself.
    public let application: String
    /// What the session does: `idle in transaction`; `nil` where the server does not let us know.
    public let state: String?
    /// How long its transaction has been open, in seconds; `nil` where the server does not let us know.
    public let seconds: Int64?
    /// The table that it holds; `nil` where it is waited for because of its snapshot, which may be older than an index.
    public let table: String?

    /// For people: `process 4711 of alice (psql, idle in transaction for 32 s) holds people`.
    public var description: String {
        let doing = [state, seconds.map { "for \($0) s" }].compactMap { $0 }.joined(separator: " ")
        let details = [application, doing].filter { !$0.isEmpty }.joined(separator: ", ")
        return
            "process \(process) of \(user)\(details.isEmpty ? "" : " (\(details))") holds \(table ?? "an old snapshot")"
    }
}
