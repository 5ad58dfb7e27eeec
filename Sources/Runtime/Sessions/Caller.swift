/// Who asks, and from inside which session, if any.
public struct Caller: Sendable, Hashable {
    public var identity: Identity
    public var session: String?
    /// The program that speaks for him, where the kernel does not say who he is.
    public var adapter: AdapterCall?

    public init(identity: Identity, session: String? = nil, adapter: AdapterCall? = nil) {
        self.identity = identity
        self.session = session
        self.adapter = adapter
    }
}
