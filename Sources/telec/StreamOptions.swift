import ArgumentParser
import TCRuntime
import TCTerminal

/// The options of a command that prints lines or figures for other programs. It has no document, and says why where `--json` asks for one.
struct StreamOptions: ParsableArguments {
    @OptionGroup var daemon: SocketOption
    @OptionGroup(visibility: .hidden) var output: OutputOptions

    func client() throws -> DaemonClient { try daemon.client() }

    /// Runs a command's body and turns an error that it throws into one clear sentence and an exit code.
    func guarding(_ body: () async throws -> Void) async throws { try await output.guarding(Problem.explaining, body) }

    /// - Throws: `ValidationError` with the reason if a document was asked for.
    func refuseDocument(because reason: String) throws {
        guard !output.json else { throw ValidationError("\(reason): leave out --json.") }
    }
}
