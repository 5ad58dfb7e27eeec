import TCPOSIX

/// How a session ends.
extension Host {
    /// How long a command may take to end when its terminal does.
    private static let patience = Duration.seconds(5)
    /// What a session ends with whose pane was killed before it could tell: as if its terminal had hung up.
    private static let unknownEnd: Int32 = 128 + SIGHUP

    /// Ends the session with all that runs in it. One that is over already stays over; a command that does not end is killed.
    func endSession() async {
        isEnding = true
        guard exitCode == nil else { return }
        await killTerminal()
        Task {
            try? await Task.sleep(for: Self.patience)
            killCommand()
        }
    }

    /// Alone, unless this host is starting it still. Whoever has ordered it waits, so it waits for others only a while.
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
        if let command = folder.commandPID() { kill(command, SIGKILL) }
    }

    /// The session is over. The pane may still be writing down how; a command that does not end when its terminal does is
    /// killed.
    func finish() async {
        if await !hasWrittenExitCode(), failure == nil, let command = folder.commandPID() {
            kill(command, SIGKILL)
            _ = await hasWrittenExitCode()
        }
        await lookAtAgent()
        let code = folder.exitCode() ?? Self.unknownEnd
        recorder.output(mark.flush(), at: .now)
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
