/// The identity that makes a request, and the session from which it does so, if any.
public struct Caller: Sendable, Hashable {
    public var identity: Identity
    public var session: String?
    /// The program that speaks for the caller, where the kernel does not tell who the caller is.
    public var adapter: AdapterCall?

    public init(identity: Identity, session: String? = nil, adapter: AdapterCall? = nil) {
        self.identity = identity
        self.session = session
        self.adapter = adapter
    }
}
