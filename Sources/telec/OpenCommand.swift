import ArgumentParser
import TCRuntime
import TCTerminal

struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Go into your newest session of this folder. Leave it with Ctrl-B d.",
        discussion: """
            The session that something happened in last, of those of yours that are not over and that were started for this folder. \
            With --json it is shown and not opened.

            EXAMPLES:
              telec open
              telec open --project ~/src/shop
            """)

    @Option(help: ArgumentHelp("The folder. Default: where you are.", valueName: "dir")) var project = "."
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
                    .notFound, "no session of yours for \(folder) is open",
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
