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

    @Option(help: ArgumentHelp("The folder whose session to open.", valueName: "dir")) var project = "."
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            let folder = try WorkingFolder.absolute(project)
            let client = try options.client()
            guard let newest = try await newestOpen(of: folder, client) else {
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

    /// Returns the caller's newest session of a folder that is open, however many newer ones are closed.
    private func newestOpen(of folder: String, _ client: DaemonClient) async throws -> SessionDocument? {
        var next: String?
        repeat {
            let query = [("own", "1"), ("project", folder), ("limit", "500"), ("after", next)]
            let page = try await client.get("/sessions", query, as: SessionsDocument.self).value
            if let found = page.sessions.first(where: \.isOpen) { return found }
            next = page.next
        } while next != nil
        return nil
    }
}

extension SessionDocument {
    fileprivate var isOpen: Bool { closedAt == nil && state != .closing }
}
