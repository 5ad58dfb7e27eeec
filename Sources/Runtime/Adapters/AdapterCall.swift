/// The adapter through which a person makes a request.
package struct AdapterCall: Sendable, Hashable {
    package var name: String
    /// The account that the adapter runs as. Refused requests are counted for this account, and not for the person's own.
    package var uid: UInt32

    package init(name: String, uid: UInt32) {
        self.name = name
        self.uid = uid
    }
}

extension Caller {
    /// The origin of a request as the audit log records it: the caller's session, or `adapter:NAME`, which is never a session's
    /// id.
    var origin: String? { adapter.map { "adapter:\($0.name)" } ?? session }

    /// The uid for which a refusal of this request is counted.
    var payer: UInt32 { adapter?.uid ?? identity.uid }
}

extension Identity {
    /// The identity with the rights that it has when a program and not the kernel vouches for it: an admin has the rights of a
    /// member. An admin's power over the sessions of others requires the admin's own account on this machine.
    var throughDoor: Identity {
        var identity = self
        switch role {
        case .admin: identity.role = .member
        case .member, .contributor, .newcomer, .public: break
        }
        return identity
    }
}
