import ArgumentParser
import Dialects
import TCRuntime
import TCTerminal

struct ListSessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List sessions, newest first.",
        usage: "telec sessions list [<options>]",
        discussion: """
            Sessions of others are marked with their owner's name: [alice]. Admins see all sessions, others their own and shared ones. \
            The table fits your terminal; below 80 columns a session may take two lines.

            EXAMPLES:
              telec sessions list
              telec sessions list --project . --since 2d
              telec sessions list --state active --watch
              telec sessions list --columns id,title,owner,project
              telec sessions list --text deploy --json
            """)

    @Option(help: "Show only sessions in this state: initializing, active, headless, closing, closed or lost.")
    var state: String?
    @Option(help: ArgumentHelp("Show only sessions of this project.", valueName: "dir"), completion: .directory)
    var project: String?
    @Option(help: ArgumentHelp("Show only sessions of this agent.", valueName: "name")) var agent: String?
    @Option(help: ArgumentHelp("Show only sessions of this person.", valueName: "name")) var owner: String?
    @Option(help: "Show only sessions with this text in their title or description.") var text: String?
    @Option(
        help: ArgumentHelp(
            "Show only sessions active since then: 2h, 7d, 2026-11-25 (in UTC).", valueName: "moment"))
    var since: TimestampArgument?
    @Option(
        help: ArgumentHelp(
            "Show these: id, title, state, agent, activity, owner, project, started, visibility, computer.",
            valueName: "names"))
    var columns = SessionColumns.usual
    @Flag(help: "Redraw the list whenever something changes, until you press Ctrl-C.") var watch = false
    @Option(help: "Show at most this many, 1 to 500.") var limit = 50
    @Option(help: ArgumentHelp("Continue after a page: its `next`.", valueName: "place")) var after: String?
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard !watch || !options.output.json else {
            throw ValidationError(
                "Give --watch or --json, not both: programs can listen to /events on the daemon's socket.")
        }
    }

    func run() async throws {
        try await options.guarding {
            // These are sessions that the daemon may not know, or may have refused.
            for session in LocalSession.waiting(home: try Launch.account().home) {
                if let remark = session.remark { Console.error(remark) }
            }
            let client = try options.client()
            let query = try query()
            if watch { return try await SessionWatch(client: client, query: query, columns: columns.columns).run() }
            let reply = try await client.get("/sessions", query, as: SessionsDocument.self)
            guard !options.output.json else { return options.show(reply) { "" } }
            let me = try await client.get("/whoami", as: WhoamiDocument.self).value
            let table = SessionTable(
                columns: columns.columns, me: me, width: Console.outputSize?.columns, now: .now)
            Console.out(table.text(reply.value.sessions))
            if let next = reply.value.next { Console.error("there are more: --after '\(next)'") }
        }
    }

    private func query() throws -> [(String, String?)] {
        [
            ("state", state), ("project", try project.map { try WorkingFolder.orAsWritten($0) }), ("agent", agent),
            ("owner", owner), ("text", text), ("since", since?.moment.text), ("limit", String(limit)), ("after", after),
        ]
    }
}
