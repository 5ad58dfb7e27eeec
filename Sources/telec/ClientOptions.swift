import ArgumentParser
import Dialects
import TCRuntime
import TCTerminal

/// The options that say how a command reaches the daemon, and how it prints its output.
struct ClientOptions: ParsableArguments {
    @OptionGroup var daemon: SocketOption
    @OptionGroup var output: OutputOptions

    var socket: String? { daemon.socket }

    func client() throws -> DaemonClient { try daemon.client() }

    /// Runs a command's body and turns an error that it throws into one clear sentence, its JSON and an exit code.
    func guarding(_ body: () async throws -> Void) async throws { try await output.guarding(Problem.explaining, body) }

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
        if output.json { return output.showJSON(String(reply.text.dropLast(reply.text.hasSuffix("\n") ? 1 : 0))) }
        let shown = text()
        if !shown.isEmpty { Console.out(PrintableText.of(shown)) }
    }
}

/// The environment variables that a session sets for its command.
enum SessionVariable {
    static let token = HostSpec.tokenVariable
    static let id = HostSpec.sessionVariable
    static let socket = "TELECLAUDE_SOCKET"

    /// The token of the session in which this program runs; `nil` outside of sessions. An empty value counts as absent, because
    /// some programs pass on unset variables as empty text.
    static var ownToken: String? { Console.environment(token).flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether a host runs this program on the daemon's order, which counts only for a session that waits for its start.
    static var isOrdered: Bool { Console.environment(HostSpec.orderVariable) == "1" }
}
