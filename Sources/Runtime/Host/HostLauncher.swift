import TCPOSIX

/// A host that was started, and that outlives the process that started it.
package struct HostStart {
    /// The state of the start.
    package enum Outcome {
        case pending
        /// The command runs, or has run.
        case runs
        /// The start failed; the text is tmux's message, or the host's last one.
        case failed(String)
    }

    private let child: ChildProcess
    private let folder: HostFolder
    private let launch: String?

    /// Makes the folder, and starts this program again as the host, in a process session of its own. The host's output goes to
    /// the folder's log.
    ///
    /// - Throws: `RuntimeError`.
    package init(_ folder: HostFolder, _ spec: HostSpec) throws {
        guard let program = Executable.path else {
            throw RuntimeError(.failed, "this program can't find its own file")
        }
        let isNew = !folder.exists
        do { child = try Self.start(program, folder, spec) } catch {
            // Nothing that was recorded is in a new folder.
            if isNew { folder.remove() }
            throw error
        }
        (self.folder, launch) = (folder, spec.launch)
    }

    private static func start(_ program: String, _ folder: HostFolder, _ spec: HostSpec) throws -> ChildProcess {
        try folder.create(spec)
        let log = open(folder.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard log >= 0 else {
            throw RuntimeError(.failed, "\(folder.log) can't be written: \(SystemError.last)")
        }
        defer { close(log) }
        return try ChildProcess(
            [program, "host", folder.alias(of: spec) ?? folder.path], environment: spec.commandEnvironment,
            streams: .init(output: log, error: log), isDetached: true)
    }

    package var outcome: Outcome {
        // The process is polled before its files are read: a host that has ended had written them before.
        let hasEnded = child.poll() != nil
        if let words = folder.text(in: folder.failure) { return .failed(words) }
        // If the folder's spec is gone, the whole recording was delivered.
        if !folder.isThere || folder.text(in: folder.running) == launch { return .runs }
        guard hasEnded else { return .pending }
        return .failed(Self.lastWords(in: folder.text(in: folder.log) ?? ""))
    }

    /// Returns the reason why a host ended, from its log. After a crash, that is the first message of Swift's runtime, which
    /// many other lines follow.
    private static func lastWords(in log: String) -> String {
        let lines = log.split(separator: "\n")
        let crash = lines.first { $0.contains("Fatal error:") } ?? lines.first { $0.contains("Program crashed:") }
        return (crash ?? lines.last).map(String.init) ?? "the session's host ended without a message"
    }
}
