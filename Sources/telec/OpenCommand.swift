import ArgumentParser
import TCRuntime
import TCTerminal

struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open your newest session of this folder. Leave it with Ctrl-B d.",
        discussion: """
            Opens the most recently active of your open sessions that were started for this folder. \
            With --json it is shown, not opened.

            EXAMPLES:
              telec open
              telec open --project ~/src/shop
            """)

    @Option(help: ArgumentHelp("The folder. Default: the current one.", valueName: "dir")) var project = "."
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            let folder = try WorkingFolder.absolute(project)
            let client = try options.client()
            let me = try await client.get("/whoami", as: WhoamiDocument.self).value
            let query: [(String, String?)] = [("project", folder), ("owner", me.person), ("limit", "500")]
            let found = try await client.get("/sessions", query, as: SessionsDocument.self).value.sessions
            guard let newest = found.first(where: { $0.ownerUID == me.uid && $0.isOpen }) else {
                throw RuntimeError(
                    .notFound, "you have no open session for \(folder)",
                    remedy: "start one there: telec sessions start")
            }
            guard !options.output.json else {
                let reply = try await client.get(SessionPath.of(newest.sessionID), as: OneSessionDocument.self)
                return options.show(reply) { "" }
            }
            try await SessionTerminal(id: newest.sessionID).enter(client)
        }
    }
}

extension SessionDocument {
    fileprivate var isOpen: Bool { closedAt == nil && status != "closing" }
}
