import TCSettings

/// The identity that a caller had when a long response began. The caller's rights end when they are taken away, and not only
/// when the response ends.
struct Standing: Sendable {
    let peer: PeerCredentials
    let identity: Identity
    let directory: IdentityBox

    /// Whether the caller is still the same person, in the same role.
    var isSame: Bool { directory.current.identity(of: peer) == identity }

    /// Checks the rights; call it before each piece of the response.
    ///
    /// - Throws: `RuntimeError` if the caller is not the same person in the same role any more.
    func require() throws(RuntimeError) {
        guard isSame else { throw Self.ended }
    }

    static let ended = RuntimeError(
        .notAllowed, "the right to read this was withdrawn during the read", remedy: "ask again to hear why")
}

extension CallContext {
    func standing(in directory: IdentityBox) -> Standing {
        Standing(peer: peer, identity: identity, directory: directory)
    }
}
