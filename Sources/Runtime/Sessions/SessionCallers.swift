import Dialects

/// Which session an agent calls from.
struct SessionCallers: Sendable {
    let tokens: SessionTokens
    let sessions: SessionStore
    let hosts: HostRegistry

    /// The session whose token this is. Throws when it is unknown, revoked or expired, or used by anybody but the
    /// session's owner.
    func session(of token: String, calledBy identity: Identity) async throws -> String {
        guard let id = try await live(token), let session = try await sessions.find(id),
            session.relation(to: identity) == .own
        else {
            throw RuntimeError(
                .unknownToken, "this session token is not valid here",
                remedy: "take the token away to call as yourself")
        }
        return id
    }

    /// A token outlives its time while its session lives: as long as a host is there.
    private func live(_ token: String) async throws -> String? {
        if let found = try await tokens.find(token) { return found.sessionID }
        guard let id = try await tokens.session(of: token), await hosts.isConnected(id) else { return nil }
        try await tokens.renew(sessionIDs: [id])
        return id
    }
}
