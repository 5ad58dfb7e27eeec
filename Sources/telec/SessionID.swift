import ArgumentParser
import TCRuntime
import TCTerminal

/// The session that a command is about, given by its id or by the title of one of the caller's own. An empty text is refused,
/// because the daemon would answer it with the list of all sessions. `-` reads the id from the first line of standard input. An
/// id given as an argument is removed from the process list as soon as it is read.
struct SessionID: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard let text = argument == "-" ? readLine() : argument, !text.isEmpty else { return nil }
        self.text = text
        OwnArguments.hide(text)
    }

    static var defaultCompletionKind: CompletionKind { .custom(SessionCompletion.candidates) }
}

extension SessionID {
    /// Returns the id of the session that is meant. A text in the form of the daemon's ids is used as an id. Any other text is
    /// the id of a session that came from an older install, or a title. A title is looked up among the caller's own sessions
    /// only: other people could give their sessions any title.
    /// - Throws: `RuntimeError` if several sessions have the title, or the daemon can't say.
    func resolved(by client: DaemonClient) async throws -> String {
        guard !isOurs else { return text }
        do {
            _ = try await client.get(SessionPath.of(text), as: OneSessionDocument.self)
        } catch let error as RuntimeError {
            if error.code == .notFound { return try await titled(client) ?? text }
            // The command's own request is refused, too, and then the refusal is logged for what it was about.
            if error.code == .notAllowed { return text }
            // What runs here is found by its id without a daemon.
            let local = LocalSession(sessionID: text, home: try Launch.account().home)
            if local == nil { throw error }
        }
        return text
    }

    /// Returns the id of the caller's session with this title; `nil` where there is none. Of several, the only open one is
    /// meant.
    /// - Throws: `RuntimeError` if it could be several.
    private func titled(_ client: DaemonClient) async throws -> String? {
        var (open, over, next) = ([String](), [String](), String?.none)
        repeat {
            let query = [("own", "1"), ("title", text), ("limit", "500"), ("after", next)]
            let page = try await client.get("/sessions", query, as: SessionsDocument.self).value
            for session in page.sessions {
                if session.closedAt == nil { open.append(session.sessionID) } else { over.append(session.sessionID) }
            }
            next = page.next
        } while next != nil && open.count < 2
        if open.count < 2, let only = open.first ?? (over.count < 2 ? over.first : nil) { return only }
        guard !open.isEmpty || !over.isEmpty else { return nil }
        throw RuntimeError(
            .badRequest, "several of your sessions have this title",
            remedy: "name one by its id: \((open + over).prefix(3).joined(separator: ", "))")
    }

    /// Whether the text is a UUID, the form of the daemon's ids.
    private var isOurs: Bool {
        text.utf8.count == 36
            && text.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
            && text.allSatisfy { $0 == "-" || $0.isHexDigit }
    }

    /// Returns the same error with a list of the sessions that may have been meant.
    func explained(_ error: RuntimeError, _ client: DaemonClient) async -> RuntimeError {
        guard error.code == .notFound, let known = try? await KnownSessions(client) else { return error }
        let near = known.like(text).prefix(3).map { session in
            "\(session.sessionID) (\(SessionTexts.plain(session.title ?? "untitled")))"
        }
        guard !near.isEmpty else { return error }
        return RuntimeError(
            error.code, "there is no session \(SessionTexts.plain(text))",
            remedy: "did you mean \(near.joined(separator: ", or "))?")
    }
}
