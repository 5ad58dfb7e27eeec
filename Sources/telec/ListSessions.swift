import ArgumentParser
import Dialects
import TCRuntime
import TCTerminal

struct ListSessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List sessions, newest first.",
        usage: "telec sessions list [<options>]",
        discussion: """
            Sessions of others bear their owner's name: [alice]. An admin sees all, everybody else his own and shared ones.

            EXAMPLES:
              telec sessions list
              telec sessions list --state active --agent claude
              telec sessions list --text deploy --json
            """)

    @Option(help: "Show only sessions in this state: initializing, active, headless, closing, closed or lost.")
    var state: String?
    @Option(help: ArgumentHelp("Show only sessions of this project.", valueName: "dir")) var project: String?
    @Option(help: ArgumentHelp("Show only sessions of this agent.", valueName: "name")) var agent: String?
    @Option(help: ArgumentHelp("Show only sessions of this person.", valueName: "name")) var owner: String?
    @Option(help: "Show only sessions with this text in their title or description.") var text: String?
    @Option(help: "Show at most this many, 1 to 500.") var limit = 50
    @Option(help: ArgumentHelp("Continue after a page: its `next`.", valueName: "place")) var after: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            // Those the daemon may not know of, or not let in.
            for session in LocalSession.waiting(home: try Launch.account().home) {
                if let remark = session.remark { Console.error(remark) }
            }
            let client = try options.client()
            let query: [(String, String?)] = [
                ("state", state), ("project", project), ("agent", agent), ("owner", owner), ("text", text),
                ("limit", String(limit)), ("after", after),
            ]
            let reply = try await client.get("/sessions", query, as: SessionsDocument.self)
            guard !options.output.json else { return options.show(reply) { "" } }
            let me = try await client.get("/whoami", as: WhoamiDocument.self).value
            Console.out(SessionTexts.table(reply.value.sessions, for: me))
            if let next = reply.value.next { Console.error("there are more: --after '\(next)'") }
        }
    }
}
