/// Which session an agent calls from.
struct SessionCallers: Sendable {
    let tokens: SessionTokens
    let sessions: SessionStore

    /// The session whose token this is. Throws when it is none of ours, revoked or expired, or used by anybody but the
    /// session's owner.
    func session(of token: String, calledBy identity: Identity) async throws -> String {
        guard let id = try await tokens.find(token)?.sessionID, let session = try await sessions.find(id),
            session.relation(to: identity) == .own
        else {
            throw RuntimeError(
                .unknownToken, "this session token is not valid here",
                remedy: "take the token away to call as yourself")
        }
        return id
    }
}
