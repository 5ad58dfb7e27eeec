import ArgumentParser
import Dialects
import TCRuntime
import TCSettings
import TCTerminal

/// The options that say how a command reaches the daemon, and how it prints its output.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use this socket of the daemon. Default: TELECLAUDE_SOCKET, else its usual place.", valueName: "path"))
    var socket: String?

    @OptionGroup var output: OutputOptions

    /// Returns a client for the daemon. Inside a session, the session's token tells the daemon which session is calling.
    func client() throws -> DaemonClient {
        DaemonClient(
            socketPath: try ProcessContext.process.socketPath(argument: socket),
            token: SessionVariable.ownToken)
    }

    /// Runs a command's body and turns an error that it throws into one clear sentence, its JSON and an exit code.
    func guarding(_ body: () async throws -> Void) async throws { try await output.guarding(Problem.init(_:), body) }

    /// Runs a body about one session, with the client and the id of the session that was meant. If there is no such session, the
    /// error lists similar ones.
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

    /// Prints the daemon's own document with `--json`, and the given text otherwise.
    func show<T>(_ reply: Reply<T>, _ text: () -> String) {
        let document = reply.text.dropLast(reply.text.hasSuffix("\n") ? 1 : 0)
        // Text that others wrote must not reach this terminal as control sequences.
        let shown = !output.json ? text() : Console.outputIsTerminal ? JSONText.plain(document) : String(document)
        if !shown.isEmpty { Console.out(shown) }
    }
}

/// JSON that is printed on a terminal.
enum JSONText {
    /// Returns the same document with each control character written as its escape (RFC 8259, section 7).
    static func plain(_ document: some StringProtocol) -> String {
        document.unicodeScalars.reduce(into: "") { text, scalar in
            guard (0x7F...0x9F).contains(scalar.value) else { return text.unicodeScalars.append(scalar) }
            text += "\\u00" + String(scalar.value, radix: 16)
        }
    }
}

/// The environment variables that a session sets for its command.
enum SessionVariable {
    static let token = "TELECLAUDE_SESSION_TOKEN"
    static let id = HostSpec.sessionVariable
    static let socket = "TELECLAUDE_SOCKET"

    /// The token of the session in which this program runs; `nil` outside of sessions. An empty value counts as absent, because
    /// some programs pass on unset variables as empty text.
    static var ownToken: String? { Console.environment(token).flatMap { $0.isEmpty ? nil : $0 } }
}
