import ArgumentParser
import TCRuntime
import TCTerminal

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Find sessions by what was said in them, newest first.",
        usage: "telec search <word> … [<options>]",
        discussion: """
            Finds places where all words occur together, without regard to case and accents, in your sessions and in those shared with \
            you. Admins can search the sessions of others with --reason. Each session of somebody else whose text is shown is logged in \
            the audit log before you see it.

            New text can be found some seconds after it was said.

            EXAMPLES:
              telec search deploy staging
              telec search timeout --since 7d --json
              telec search password --owner Alice --reason "incident 4711"
            """)

    @Argument(help: ArgumentHelp("The words to search for.", valueName: "word")) var words: [String]
    @Option(help: ArgumentHelp("Search only this session, and show all matches.", valueName: "id"))
    var session: SessionID?
    @Option(help: ArgumentHelp("Search only sessions of this project.", valueName: "dir")) var project: String?
    @Option(help: ArgumentHelp("Search only sessions of this person.", valueName: "name")) var owner: String?
    @Option(
        help: ArgumentHelp(
            "Search only what was said since then: 2h, 7d, 2026-11-25 (in UTC).", valueName: "moment"))
    var since: TimestampArgument?
    @Option(help: "Why you search: required for sessions of others, and logged.") var reason: String?
    @Option(help: "Show at most this many places, 1 to 100.") var limit = 20
    @Option(help: ArgumentHelp("Continue after a page: its `next`.", valueName: "place")) var after: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        words.forEach(OwnArguments.hide)
        try await options.guarding {
            let client = try options.client()
            let query: [(String, String?)] = [
                ("words", words.joined(separator: " ")), ("session", try await session?.resolved(by: client)),
                ("project", try project.map { try WorkingFolder.orAsWritten($0) }),
                ("owner", owner), ("since", since?.moment.text), ("reason", reason), ("limit", String(limit)),
                ("after", after),
            ]
            let reply = try await found(client, query)
            guard !options.output.json else { return options.show(reply) { "" } }
            let me = try await client.get("/whoami", as: WhoamiDocument.self).value
            let look = FoundText.Look(words: words.joined(separator: " "))
            let shown = FoundText.of(reply.value.hits, for: me, look)
            Console.out(shown.isEmpty ? "nothing was found" : shown)
            if me.role == "admin", me.mode == "system", reply.value.searched == "own_and_shared", session == nil {
                Console.error("sessions of others were not searched: give a reason with --reason TEXT")
            }
            if let next = reply.value.next { Console.error("there are more: --after '\(next)'") }
        }
    }
}

extension SearchCommand {
    /// Runs the search. If the session that was asked for does not exist, the error lists similar ones.
    private func found(_ client: DaemonClient, _ query: [(String, String?)]) async throws -> Reply<FoundDocument> {
        do {
            return try await client.get("/search", query)
        } catch let error as RuntimeError {
            throw await session?.explained(error, client) ?? error
        }
    }
}

/// The search results as people read them: each session, and below it the passages that match.
enum FoundText {
    /// The style of the output. On a terminal, lines are cut to its width and the words that were searched for are bold; a pipe
    /// gets the passages unchanged.
    struct Look {
        var words: String
        var columns = Console.outputSize?.columns
        var isBold = Console.outputObeysEscapes && (Console.environment("NO_COLOR") ?? "").isEmpty
    }

    static func of(_ hits: [FoundDocument.Hit], for me: WhoamiDocument, _ look: Look) -> String {
        var (lines, last): ([String], String?) = ([], nil)
        for hit in hits {
            if hit.session.sessionID != last {
                if last != nil { lines.append("") }
                let more = hit.matches > 1 ? ", \(hit.matches) places" : ""
                lines.append(
                    "\(SessionTexts.plain(hit.session.sessionID))  \(SessionTexts.titled(hit.session, for: me))\(more)")
                last = hit.session.sessionID
            }
            let (head, text) = ("  \(TimestampText.inUTC(hit.saidAt))  ", SessionTexts.plain(hit.snippet))
            let line = MarkedLine(text, marks: FoundWords.places(of: look.words, in: text))
            lines.append(head + line.text(columns: look.columns.map { max($0 - head.count, 20) }, isBold: look.isBold))
        }
        return lines.joined(separator: "\n")
    }
}
