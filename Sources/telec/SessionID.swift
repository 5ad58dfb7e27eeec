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
    /// Returns the id of the session that is meant. A text in the form of the daemon's ids is used as an id. Any other text may
    /// be a title, which is looked up among the caller's own sessions only: other people could give their sessions any title.
    /// - Throws: `RuntimeError` if several sessions have the title.
    func resolved(by client: DaemonClient) async throws -> String {
        guard !isOurs, let known = try? await KnownSessions(client) else { return text }
        let own = known.own.filter { $0.title == text }
        if known.all.contains(where: { $0.sessionID == text }) || own.isEmpty { return text }
        let open = own.filter { $0.closedAt == nil }
        if let only = own.count == 1 ? own.first : open.count == 1 ? open.first : nil { return only.sessionID }
        throw RuntimeError(
            .badRequest, "\(own.count) of your sessions have this title",
            remedy: "name one by its id: \(own.prefix(3).map(\.sessionID).joined(separator: ", "))")
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
