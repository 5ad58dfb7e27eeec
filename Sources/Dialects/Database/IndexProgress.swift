/// How far a session is that builds an index.
public struct IndexProgress: Sendable, Equatable {
    /// The index; empty while the server has not told it.
    public let index: String
    /// The server's words for what it does now: `building index: scanning table`.
    public let phase: String
    /// How much of this phase is done, from 0 to 100; `nil` where it does not count.
    public let percent: Int?
    /// The session that it waits for; `nil` while it waits for none.
    public let waitsFor: LockHolder?
}
