import Migrator
import TCRuntime

/// The newest sessions that the caller may see, used for completions and to suggest corrections of typing errors.
struct KnownSessions {
    let all: [SessionDocument]
    let own: [SessionDocument]

    init(_ client: DaemonClient) async throws {
        let me = try await client.get("/whoami", as: WhoamiDocument.self).value
        all = try await client.get("/sessions", [("limit", "500")], as: SessionsDocument.self).value.sessions
        own = all.filter { $0.ownerUID == me.uid && $0.ownerPerson == me.person }
    }

    /// Returns the sessions that a text may have meant, the likeliest first.
    func like(_ text: String) -> [SessionDocument] {
        let wanted = text.lowercased()
        let named = all.filter { session in
            wanted.count >= 4 && session.sessionID.hasPrefix(wanted)
                || wanted.count >= 3 && session.title?.lowercased().contains(wanted) ?? false
        }
        guard named.isEmpty else { return named }
        let names = all.map(\.sessionID) + all.compactMap { $0.title?.lowercased() }
        let nearest = Suggestion.nearest(to: wanted, in: names)
        return all.filter { $0.sessionID == nearest || nearest != nil && $0.title?.lowercased() == nearest }
    }
}
