import ArgumentParser
import TCRuntime
import TCSettings
import TCTUI
import TCTerminal

struct AttachSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Open the terminal of one of your sessions. Leave it with Ctrl-B d.",
        discussion: """
            EXAMPLES:
              telec sessions attach ID
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding(about: session) { client, id in try await SessionTerminal(id: id).enter(client) }
    }
}

/// The way into a session's terminal.
struct SessionTerminal {
    let id: String

    /// Finds the session where it runs on this machine, and a remark that its user should read.
    /// - Throws: `RuntimeError` if the caller may not enter the session, or if it does not run here.
    func find(_ client: DaemonClient) async throws -> (local: LocalSession, remark: String?) {
        let local = LocalSession(sessionID: id, home: try Launch.account().home)
        var remark: String?
        do {
            let reply = try await client.post(
                SessionPath.of(id, "attach"), [String: String](), as: OneSessionDocument.self)
            guard reply.value.session.tmuxName != nil else {
                throw RuntimeError(.notRunning, "the session has no terminal")
            }
        } catch let error as RuntimeError {
            // The terminal belongs to the caller, even if the daemon does not know the session.
            let isHere = local?.hasTerminal ?? false
            if !isHere { throw await advised(error, client) }
            remark = "\(error.message); its terminal is here"
        }
        guard let local, local.hasTerminal else {
            throw RuntimeError(
                .notRunning, "no terminal of this session is known to this account on this machine",
                remedy: "if it does not run elsewhere, restart it: telec sessions revive")
        }
        guard !local.tmuxServer.holds(callerWith: ProcessContext.process.environment["TMUX"]) else {
            throw RuntimeError(
                .failed, "this terminal is in one of your sessions, and no other one opens inside it",
                remedy: "leave this one first, with Ctrl-B d")
        }
        return (local, remark)
    }

    /// Returns the error with what a caller can do who may see the session, and not enter it. A stranger can do nothing.
    private func advised(_ error: RuntimeError, _ client: DaemonClient) async -> RuntimeError {
        guard error.code == .notAllowed,
            (try? await client.get(SessionPath.of(id), as: OneSessionDocument.self)) != nil
        else { return error }
        return RuntimeError(
            error.code, error.message,
            remedy: "telec transcript reads what it shows; members and admins type into it with telec sessions send")
    }

    /// Replaces this process by the program that shows the session's terminal.
    /// - Throws: `RuntimeError` as `find` does, or if this process has no terminal in which another one can be shown.
    func enter(_ client: DaemonClient) async throws {
        let (local, remark) = try await find(client)
        guard Console.inputIsTerminal else {
            throw RuntimeError(
                .failed, "a session's terminal opens in a terminal, and standard input is none",
                remedy: "without one, telec transcript reads what it shows, and telec sessions send types into it")
        }
        try TerminalType.require()
        if let remark { Console.error(remark) }
        try Attachment.replaceProcess(local.tmuxServer, tmuxName: local.tmuxName)
    }
}
