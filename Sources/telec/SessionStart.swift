import Dialects
import TCRuntime
import TCSettings

/// A session to be started as the user who runs this program: the daemon creates its row, and its host runs on this machine.
struct SessionStart {
    var title: String
    /// The absolute path of an existing folder.
    var folder: String
    var agent: String?
    var command: [String]
    /// The names of the caller's variables that are passed on.
    var variables: [String] = []
    /// The thinking mode that replaces the caller's own.
    var thinkingMode: String?
    /// The advice in the error for a call that names neither agent nor command, while no agent is preferred.
    var advice = "pass --agent NAME, or a command after --"

    /// Starts the session and returns when its command runs or has run.
    /// - Throws: `RuntimeError`, or `SettingsError` for the caller's own settings.
    func run(_ client: DaemonClient) async throws -> (session: SessionDocument, notice: String?) {
        try PassedVariables.requireText(variables)
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

    /// Starts the session as `run` does, unless the task is cancelled meanwhile: then what was started is ended again.
    /// - Throws: `RuntimeError` that names the session if it was ended.
    func runUnlessInterrupted(_ client: DaemonClient) async throws -> (session: SessionDocument, notice: String?) {
        // The start itself is not cancelled, because only its end tells what there is to end.
        let started = try await Task { try await run(client) }.value
        guard Task.isCancelled else { return started }
        let id = started.session.sessionID
        try await Task { _ = try await SessionEnd(id: id).run(client) }.value
        throw RuntimeError(.failed, "interrupted: the session \(id) had just begun, and was ended")
    }

    private func agentToRun(_ preferences: Preferences) throws(RuntimeError) -> String? {
        if let agent { return agent }
        guard command.isEmpty else { return nil }
        if let own = preferences.agent { return own }
        throw RuntimeError(.badRequest, "there is nothing to run", remedy: advice)
    }
}
