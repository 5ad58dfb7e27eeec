/// The identity that makes a request, and the session from which it does so, if any.
package struct Caller: Sendable, Hashable {
    package var identity: Identity
    package var session: String?
    /// The program that speaks for the caller, where the kernel does not tell who the caller is.
    package var adapter: AdapterCall?

    package init(identity: Identity, session: String? = nil, adapter: AdapterCall? = nil) {
        self.identity = identity
        self.session = session
        self.adapter = adapter
    }
}
