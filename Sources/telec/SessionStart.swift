import Dialects
import TCRuntime
import TCSettings

/// A session to be started as whoever runs this program: the daemon makes its row, and its host runs here.
struct SessionStart {
    var title: String
    /// From the root, and there.
    var folder: String
    var agent: String?
    var command: [String]
    /// Variables of the caller's to pass on, by name.
    var variables: [String] = []
    /// In place of the caller's own.
    var thinkingMode: String?
    /// What to do where neither is said nor preferred.
    var advice = "say --agent NAME, or a command behind --"

    /// Returns when the command runs, or has run. Throws `RuntimeError`, and `SettingsError` for the caller's own settings.
    func run(_ client: DaemonClient) async throws -> (session: SessionDocument, notice: String?) {
        var preferences = try LoadedSettings.load(ProcessContext.process, for: .client).settings.preferences
        if let thinkingMode { preferences.thinkingMode = thinkingMode }
        let agent = try agentToRun(preferences)
        let request = StartRequest(
            title: title, projectPath: folder, agent: agent, preferences: preferences.document.canonical())
        let started = try await client.post("/sessions", request, as: StartedDocument.self).value
        let launch = Launch(
            started: started, command: command.isEmpty ? started.command ?? [] : command, directory: folder,
            variables: variables, socketPath: client.socketPath)
        return (try await launch.run(client), started.notice)
    }

    private func agentToRun(_ preferences: Preferences) throws(RuntimeError) -> String? {
        if let agent { return agent }
        guard command.isEmpty else { return nil }
        if let own = preferences.agent { return own }
        throw RuntimeError(.badRequest, "there is nothing to run", remedy: advice)
    }
}
