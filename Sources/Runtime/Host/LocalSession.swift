import TCPOSIX

/// A session of this account on this machine, as described by its host's folder. It shows what the owner can see and do while
/// the daemon does not know the session, refuses it, or does not answer. The processes belong to the owner.
package struct LocalSession: Sendable {
    private let folder: HostFolder
    private let spec: HostSpec

    /// Finds a session; `nil` if no host of this session has a folder here, or if somebody else could have changed that folder.
    package init?(sessionID: String, home: String) {
        guard !sessionID.isEmpty, !sessionID.contains("/") else { return nil }
        self.init(HostFolder(sessionID: sessionID, home: home))
    }

    private init?(_ folder: HostFolder) {
        guard let spec = try? folder.spec() else { return nil }
        (self.folder, self.spec) = (folder, spec)
    }

    /// Returns why the command of a session could not be started; `nil` if it was, or if this machine does not know.
    package static func failure(of sessionID: String, home: String) -> String? {
        guard !sessionID.isEmpty, !sessionID.contains("/") else { return nil }
        let folder = HostFolder(sessionID: sessionID, home: home)
        guard (try? folder.requireTrust()) != nil else { return nil }
        return folder.text(in: folder.failure)
    }

    /// Returns the sessions whose host waits for the daemon.
    package static func waiting(home: String) -> [LocalSession] {
        HostFolder.trusted(home: home).compactMap { folder in
            guard folder.readStanding() != nil, FileLock.isHeld(folder.lock) else { return nil }
            return LocalSession(folder)
        }
    }

    package var sessionID: String { spec.sessionID }
    package var tmuxServer: TmuxServer { spec.tmuxServer }
    package var tmuxName: String { spec.tmuxName }
    package var hasHost: Bool { FileLock.isHeld(folder.lock) }
    package var hasTerminal: Bool { Tmux.hasSession(spec.tmuxServer, spec.tmuxName, spec.environment) == true }
    /// Whether the session has a terminal, or its command lives and tmux does not say whether it has one.
    package var mayRun: Bool {
        Tmux.hasSession(spec.tmuxServer, spec.tmuxName, spec.environment) ?? (folder.command()?.isThere == true)
    }
    package var command: [String] { spec.command }

    /// The reason why the host can't deliver to the daemon, as a sentence; `nil` if there is none.
    package var remark: String? {
        guard let standing = folder.readStanding(), standing.isNews(at: .now) else { return nil }
        // The message may come from any program that listens at the daemon's socket.
        let message = PlainText.of(standing.message).replacing("\n", with: " ")
        let what = folder.exitCode() == nil ? "runs" : "has ended, and its recording waits"
        return "\(spec.sessionID) \(what); its host has waited since \(standing.since): \(message)"
    }

    /// Waits until a host whose command has ended is gone: it delivers the rest of the recording and thereby ends its run. A
    /// host whose command runs is not waited for.
    ///
    /// - Throws: `RuntimeError` if the host is not gone after `patience`.
    package func letLastRunEnd(within patience: Duration = .seconds(15)) async throws {
        let deadline = ContinuousClock.now + patience
        while hasHost, isOver {
            guard ContinuousClock.now < deadline else {
                throw RuntimeError(
                    .failed, "the host of the session's last run has not delivered its recording yet",
                    remedy: "\(folder.log) says why; try again once it has delivered it")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Whether the command has ended, or could not be started.
    private var isOver: Bool {
        if folder.exitCode() != nil || folder.text(in: folder.failure) != nil { return true }
        return folder.text(in: folder.running) == spec.launch && !mayRun
    }

    /// Ends the terminal with everything that runs in it. A command that does not end then is killed. The host, if it runs,
    /// records the end.
    package func end() async {
        guard mayRun else { return }
        let command = folder.command()
        Tmux.kill(spec.tmuxServer, spec.tmuxName, spec.environment)
        guard let command else { return }
        for _ in 0..<60 {
            if !command.isThere { return }
            try? await Task.sleep(for: .milliseconds(50))
        }
        command.end()
    }

    /// Waits for the terminal to end. Returns false if it may still exist after `patience`.
    package func isGone(within patience: Duration) async -> Bool {
        let deadline = ContinuousClock.now + patience
        while mayRun {
            guard ContinuousClock.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return true
    }
}
