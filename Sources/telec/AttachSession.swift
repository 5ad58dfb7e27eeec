import ArgumentParser
import TCRuntime
import TCTerminal

struct AttachSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Open the terminal of a session of yours. Leave it with Ctrl-B d.",
        discussion: """
            EXAMPLES:
              telec sessions attach ID
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding(about: session) { client, id in try await Attaching.attach(id, client) }
    }
}

/// The way into a session's terminal.
enum Attaching {
    /// Puts the terminal's program in the place of this one.
    static func attach(_ id: String, _ client: DaemonClient) async throws {
        let account = try Launch.account()
        let local = LocalSession(sessionID: id, home: account.home)
        do {
            let reply = try await client.post(
                SessionPath.of(id, "attach"), [String: String](), as: OneSessionDocument.self)
            guard reply.value.session.tmuxName != nil else {
                throw RuntimeError(.notRunning, "the session has no terminal")
            }
        } catch let error as RuntimeError {
            // The terminal is the caller's own, whatever the daemon knows of it.
            guard let local, local.hasTerminal else { throw error }
            Console.error("\(error.message); its terminal is here")
        }
        guard let local, local.hasTerminal else {
            throw RuntimeError(
                .notRunning, "no terminal of this session is here",
                remedy: "its owner starts it again: telec sessions revive")
        }
        try Attachment.replaceProcess(local.tmuxServer, tmuxName: local.tmuxName)
    }
}
