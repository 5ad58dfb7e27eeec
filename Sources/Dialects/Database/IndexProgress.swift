/// How far a session has come with building an index.
public struct IndexProgress: Sendable, Equatable {
    /// The name of the index; empty while the server has not told it.
    public let index: String
    /// The server's words for its present phase: `building index: scanning table`.
    public let phase: String
    /// The finished part of this phase in percent, from 0 to 100; `nil` if the server does not count in this phase.
    public let percent: Int?
    /// The session that the build waits for; `nil` while it waits for none.
    public let waitsFor: LockHolder?
}
