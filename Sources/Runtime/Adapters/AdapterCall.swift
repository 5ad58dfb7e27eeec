/// Which adapter somebody is spoken for by.
public struct AdapterCall: Sendable, Hashable {
    public var name: String
    /// The account that it runs as: what it asks for too often is counted there, and not among the person's own.
    public var uid: UInt32

    public init(name: String, uid: UInt32) {
        self.name = name
        self.uid = uid
    }
}

extension Caller {
    /// From where, as the audit log has it: a session, or `adapter:NAME`, which no session is called.
    var origin: String? { adapter.map { "adapter:\($0.name)" } ?? session }

    /// Whom it costs when this is refused.
    var payer: UInt32 { adapter?.uid ?? identity.uid }
}

extension Identity {
    /// Who somebody is when a program says it, and not the kernel: an admin has the rights of a member there. What an admin may do
    /// with others' sessions takes his own account on this machine.
    var throughDoor: Identity {
        var identity = self
        switch role {
        case .admin: identity.role = .member
        case .member, .contributor, .newcomer, .public: break
        }
        return identity
    }
}
