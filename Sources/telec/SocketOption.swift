import ArgumentParser
import TCRuntime
import TCSettings

/// The option that says where the daemon answers.
struct SocketOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use this socket of the daemon. Default: TELECLAUDE_SOCKET, else its usual place.", valueName: "path"))
    var socket: String?

    /// Returns a client for the daemon. Inside a session, the session's token tells the daemon which session is calling.
    func client() throws -> DaemonClient {
        DaemonClient(
            socketPath: try ProcessContext.process.socketPath(argument: socket), token: SessionVariable.ownToken)
    }
}
