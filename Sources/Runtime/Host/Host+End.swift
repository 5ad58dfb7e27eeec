import TCPOSIX

/// The end of a session.
extension Host {
    /// How long a command may take to end after its end was ordered, and how long tmux may then take to tell.
    private static let (patience, tmuxPatience) = (Duration.seconds(5), Duration.seconds(2))
    /// The exit code of a session whose pane was killed before it could write one: the code of a terminal that hung up.
    private static let unknownEnd: Int32 = 128 + SIGHUP

    /// Ends the session with everything that runs in it. A session that is over is left as it is. A command that does not end
    /// is killed, also if tmux takes no order, because its server was stopped.
    func endSession() async {
        isEnding = true
        guard exitCode == nil else { return }
        Task {
            try? await Task.sleep(for: Self.patience)
            killCommand()
            try? await Task.sleep(for: Self.tmuxPatience)
            // Without its client, the host does not wait any more for what tmux has to tell.
            if exitCode == nil { client?.hangUp() }
        }
        await killTerminal()
    }

    /// Ends the terminal while no other host starts or ends one, unless this host itself is still starting it. The client that
    /// has ordered the end waits, so the wait for the other hosts is short.
    private func killTerminal() async {
        let lock = starting == nil ? try? await spec.tmuxServer.lock(waiting: .seconds(2)) : nil
        do {
            try await type(ControlCommand.kill(spec.tmuxName))
            for _ in 0..<100 where typist != nil { try? await Task.sleep(for: .milliseconds(10)) }
        } catch {
            Tmux.kill(spec.tmuxServer, spec.tmuxName, spec.environment)
        }
        withExtendedLifetime(lock) {}
    }

    private func killCommand() {
        guard exitCode == nil else { return }
        Tmux.kill(spec.tmuxServer, spec.tmuxName, spec.environment)
        folder.command()?.end()
    }

    /// Completes the recording after the terminal has ended. The pane may still be writing the exit code; a command that does
    /// not end with its terminal is killed.
    func finish() async {
        if await !hasWrittenExitCode(), failure == nil, let command = folder.command() {
            command.end()
            _ = await hasWrittenExitCode()
        }
        await lookAtAgent()
        if failure == nil, let words = folder.text(in: folder.failure) { noteFailure(words) }
        let code = folder.exitCode() ?? Self.unknownEnd
        recorder.output(mark.flush(), at: .now)
        markUnheard()
        recorder.exit(code, at: .now)
        cut()
        exitCode = code
        wake?.yield()
    }

    private func hasWrittenExitCode() async -> Bool {
        for _ in 0..<40 where folder.exitCode() == nil && failure == nil {
            try? await Task.sleep(for: .milliseconds(50))
        }
        return folder.exitCode() != nil
    }
}
