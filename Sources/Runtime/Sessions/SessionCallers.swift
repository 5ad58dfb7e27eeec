import Dialects

/// Finds the session from which an agent calls.
struct SessionCallers: Sendable {
    let tokens: SessionTokens
    let sessions: SessionStore
    let hosts: HostRegistry

    /// Returns the session to which this token belongs.
    ///
    /// - Throws: `RuntimeError` when the token is unknown, revoked or expired, or used by anybody but the session's owner.
    func session(of token: String, calledBy identity: Identity) async throws -> String {
        guard let id = try await live(token), let session = try await sessions.find(id),
            session.relation(to: identity) == .own
        else {
            throw RuntimeError(
                .unknownToken, "this session token is not valid here",
                remedy: "remove the token to call as yourself")
        }
        return id
    }

    /// Returns the session of an expired token whose host is connected: a token stays valid beyond its time while its session
    /// lives.
    private func live(_ token: String) async throws -> String? {
        if let found = try await tokens.find(token) { return found.sessionID }
        guard let id = try await tokens.session(of: token), await hosts.isConnected(id) else { return nil }
        try await tokens.renew(sessionIDs: [id])
        return id
    }
}
