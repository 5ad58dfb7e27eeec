/// A session that holds something that another session waits for.
public struct LockHolder: Sendable, Equatable, CustomStringConvertible {
    /// The id of the session's server process.
    public let process: Int64
    /// The statement that ends the session.
    public let termination: String
    /// The role that the session logged in as.
    public let user: String
    /// The name that the program gave itself (`application_name`).
    public let application: String
    /// The state of the session: `idle in transaction`; `nil` if the server does not let us know.
    public let state: String?
    /// How long the session's transaction has been open, in seconds; `nil` if the server does not let us know.
    public let seconds: Int64?
    /// The table that the session holds; `nil` if others wait for its snapshot, which may be older than an index.
    public let table: String?
    /// The name of the prepared transaction that holds the table; `nil` for a session. No process belongs to it, and its age is that of
    /// its preparation.
    public let preparedTransaction: String?

    /// The session for people: `process 4711 of alice (psql, idle in transaction for 32 s) holds people`.
    public var description: String {
        let doing = [state, seconds.map { "for \($0) s" }].compactMap { $0 }.joined(separator: " ")
        let details = [application, doing].filter { !$0.isEmpty }.joined(separator: ", ")
        let name = preparedTransaction.map { "the prepared transaction '\($0)'" } ?? "process \(process)"
        return "\(name) of \(user)\(details.isEmpty ? "" : " (\(details))") holds \(table ?? "an old snapshot")"
    }
}
