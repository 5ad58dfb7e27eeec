/// Who asks, and from inside which session, if any.
public struct Caller: Sendable, Hashable {
    public var identity: Identity
    public var session: String?

    public init(identity: Identity, session: String? = nil) {
        self.identity = identity
        self.session = session
    }
}
