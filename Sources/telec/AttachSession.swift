import ArgumentParser
import Runtime
import Terminal

struct AttachSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Opens the terminal of a session of yours. Leave it with Ctrl-B d.",
        discussion: """
            EXAMPLES:
              telec sessions attach ID
            """)

    @Argument(help: "The session's id.") var session: SessionID
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            let reply = try await options.client().post(
                SessionPath.of(session.text, "attach"), [String: String](), as: OneSessionDocument.self)
            guard let name = reply.value.session.tmuxName else {
                throw RuntimeError(.notRunning, "the session has no terminal")
            }
            try Attachment.replaceProcess(tmuxName: name)
        }
    }
}
