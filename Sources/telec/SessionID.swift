import ArgumentParser
import TCRuntime
import TCTerminal

/// Which session a command is about: its id, or the title of one of the caller's own. An empty one would ask for the list of all. `-`
/// reads it from the first line of standard input; one that is an argument is taken out of the list of processes as soon as it is read.
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
    /// The id that is meant. What looks like one of ours is taken for one. Another may be a title: of the caller's own sessions, since
    /// somebody else could give his whatever title he likes. Throws `RuntimeError` when several have it.
    func resolved(by client: DaemonClient) async throws -> String {
        guard !isOurs, let known = try? await KnownSessions(client) else { return text }
        let own = known.own.filter { $0.title == text }
        if known.all.contains(where: { $0.sessionID == text }) || own.isEmpty { return text }
        let open = own.filter { $0.closedAt == nil }
        if let only = own.count == 1 ? own.first : open.count == 1 ? open.first : nil { return only.sessionID }
        throw RuntimeError(
            .badRequest, "\(own.count) sessions of yours have this title",
            remedy: "say one by its id: \(own.prefix(3).map(\.sessionID).joined(separator: ", "))")
    }

    /// A UUID, as the daemon gives them.
    private var isOurs: Bool {
        text.utf8.count == 36
            && text.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
            && text.allSatisfy { $0 == "-" || $0.isHexDigit }
    }

    /// The same error, with the sessions that may have been meant.
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
