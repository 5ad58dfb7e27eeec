import TCSettings

/// Who somebody was when an answer began that goes on: rights end when they are taken, and not when the answer does.
struct Standing: Sendable {
    let peer: PeerCredentials
    let identity: Identity
    let directory: IdentityBox

    /// Whether the caller is still the same person, in the same role.
    var isSame: Bool { directory.current.identity(of: peer) == identity }

    /// To be asked before each piece of what goes on. Throws `RuntimeError`.
    func require() throws(RuntimeError) {
        guard isSame else { throw Self.ended }
    }

    static let ended = RuntimeError(
        .notAllowed, "the right to read this was taken away while it was read", remedy: "ask again to hear why")
}

extension CallContext {
    func standing(in directory: IdentityBox) -> Standing {
        Standing(peer: peer, identity: identity, directory: directory)
    }
}
