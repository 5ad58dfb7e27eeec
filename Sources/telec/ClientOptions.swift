import ArgumentParser
import Dialects
import TCRuntime
import TCSettings
import TCTerminal

/// How a command reaches the daemon, and how it speaks.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use this socket of the daemon. Default: TELECLAUDE_SOCKET, else its usual place.", valueName: "path"))
    var socket: String?

    @OptionGroup var output: OutputOptions

    /// Inside a session its token says which one it is.
    func client() throws -> DaemonClient {
        DaemonClient(
            socketPath: try ProcessContext.process.socketPath(argument: socket),
            token: SessionVariable.ownToken)
    }

    /// Runs a command's body; what it throws becomes one clear sentence, its JSON and an exit code.
    func guarding(_ body: () async throws -> Void) async throws { try await output.guarding(Problem.init(_:), body) }

    /// The same about one session, with the client and the id that is meant. One that is not there comes with those that are like it.
    func guarding(
        about session: SessionID, _ body: (DaemonClient, String) async throws -> Void
    ) async throws {
        try await guarding {
            let client = try client()
            do {
                try await body(client, try await session.resolved(by: client))
            } catch let error as RuntimeError {
                throw await session.explained(error, client)
            }
        }
    }

    /// Prints the daemon's own document, or text.
    func show<T>(_ reply: Reply<T>, _ text: () -> String) {
        let document = reply.text.dropLast(reply.text.hasSuffix("\n") ? 1 : 0)
        // What others wrote must not reach this terminal as commands.
        let shown = !output.json ? text() : Console.outputIsTerminal ? JSONText.plain(document) : String(document)
        if !shown.isEmpty { Console.out(shown) }
    }
}

/// JSON for a terminal.
enum JSONText {
    /// The same document, in which a control character stands as what it is called (RFC 8259, section 7).
    static func plain(_ document: some StringProtocol) -> String {
        document.unicodeScalars.reduce(into: "") { text, scalar in
            guard (0x7F...0x9F).contains(scalar.value) else { return text.unicodeScalars.append(scalar) }
            text += "\\u00" + String(scalar.value, radix: 16)
        }
    }
}

/// What a session's command finds in its environment.
enum SessionVariable {
    static let token = "TELECLAUDE_SESSION_TOKEN"
    static let id = HostSpec.sessionVariable
    static let socket = "TELECLAUDE_SOCKET"

    /// `nil` outside of sessions. Some programs hand on what is not there as an empty text.
    static var ownToken: String? { Console.environment(token).flatMap { $0.isEmpty ? nil : $0 } }
}
