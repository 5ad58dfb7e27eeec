import TCPOSIX

/// A session of this account's on this machine, as its host's folder tells: what its owner can see and do where the daemon does
/// not know it, says no or is away. The processes are his own.
public struct LocalSession: Sendable {
    private let folder: HostFolder
    private let spec: HostSpec

    /// `nil` when no host of this session has a folder here.
    public init?(sessionID: String, home: String) {
        guard !sessionID.isEmpty, !sessionID.contains("/") else { return nil }
        self.init(HostFolder(sessionID: sessionID, home: home))
    }

    private init?(_ folder: HostFolder) {
        guard let spec = try? folder.spec() else { return nil }
        (self.folder, self.spec) = (folder, spec)
    }

    /// Those whose host waits for the daemon.
    public static func waiting(home: String) -> [LocalSession] {
        let all = HostFolder.all(home: home)
        return Folder.names(in: all).sorted().compactMap { name in
            let folder = HostFolder(path: "\(all)/\(name)")
            guard folder.readStanding() != nil, FileLock.isHeld(folder.lock) else { return nil }
            return LocalSession(folder)
        }
    }

    public var sessionID: String { spec.sessionID }
    public var tmuxServer: TmuxServer { spec.tmuxServer }
    public var tmuxName: String { spec.tmuxName }
    public var hasHost: Bool { FileLock.isHeld(folder.lock) }
    public var hasTerminal: Bool { Tmux.hasSession(spec.tmuxServer, spec.tmuxName, spec.environment) == true }
    public var command: [String] { spec.command }

    /// What keeps the host from its daemon, as a sentence; `nil` when nothing does.
    public var remark: String? {
        guard let standing = folder.readStanding() else { return nil }
        // Whoever listens at the daemon's socket may have said it.
        var plain = PlainText()
        let message = plain.read(standing.message).replacing("\n", with: " ")
        let what = folder.exitCode() == nil ? "runs" : "has ended, and its recording waits"
        return "\(spec.sessionID) \(what); its host has waited since \(standing.since): \(message)"
    }

    /// Waits for a host to go whose command has ended: it delivers what it has, and that is the end of the run that it is about.
    /// One whose command runs is not waited for. Throws `RuntimeError` when it does not go.
    public func letLastRunEnd(within patience: Duration = .seconds(15)) async throws {
        let deadline = ContinuousClock.now + patience
        while hasHost, isOver {
            guard ContinuousClock.now < deadline else {
                throw RuntimeError(
                    .failed, "the host of the session's last run has not delivered its recording yet",
                    remedy: "\(folder.log) says why; try again when it has")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Whether what it ran has ended, or could not be started.
    private var isOver: Bool {
        if folder.exitCode() != nil || folder.text(in: folder.failure) != nil { return true }
        return folder.text(in: folder.running) == spec.launch && !hasTerminal
    }

    /// Ends the terminal with all that runs in it; a command that does not end then is killed. Its host, where one lives, records
    /// the end.
    public func end() async {
        guard hasTerminal else { return }
        let command = folder.commandPID()
        Tmux.kill(spec.tmuxServer, spec.tmuxName, spec.environment)
        guard let command else { return }
        for _ in 0..<60 {
            if kill(command, 0) != 0 { return }
            try? await Task.sleep(for: .milliseconds(50))
        }
        kill(command, SIGKILL)
    }

    /// Waits for the terminal to go away; false when it is still there after so long.
    public func isGone(within patience: Duration) async -> Bool {
        let deadline = ContinuousClock.now + patience
        while hasTerminal {
            guard ContinuousClock.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return true
    }
}
