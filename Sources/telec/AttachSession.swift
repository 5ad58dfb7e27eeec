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

    @Argument(help: "The session's id.") var session: SessionID
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            let account = try Launch.account()
            let local = LocalSession(sessionID: session.text, home: account.home)
            do {
                let reply = try await options.client().post(
                    SessionPath.of(session.text, "attach"), [String: String](), as: OneSessionDocument.self)
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
}
