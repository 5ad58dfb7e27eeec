import TCPOSIX

/// A host that was started, and outlives whoever started it.
public struct HostStart {
    /// What has become of it.
    public enum Outcome {
        case pending
        /// Its command runs, or has run.
        case runs
        /// With tmux's words, or the host's last.
        case failed(String)
    }

    private let child: ChildProcess
    private let folder: HostFolder
    private let launch: String?

    /// Makes the folder and starts this program again as its host, in a session of its own. What it says goes to the folder's
    /// log. Throws `RuntimeError`.
    public init(_ folder: HostFolder, _ spec: HostSpec) throws {
        guard let program = Executable.path else {
            throw RuntimeError(.failed, "this program does not know its own place")
        }
        try folder.create(spec)
        let log = open(folder.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard log >= 0 else {
            throw RuntimeError(.failed, "\(folder.log) can't be written: \(String(cString: strerror(errno)))")
        }
        defer { close(log) }
        (self.folder, launch) = (folder, spec.launch)
        child = try ChildProcess(
            [program, "host", folder.alias(of: spec) ?? folder.path], environment: spec.environment,
            streams: .init(output: log, error: log), isDetached: true)
    }

    public var outcome: Outcome {
        // Asked for first: a host that has ended has written before whatever it had to say.
        let hasEnded = child.poll() != nil
        if let words = folder.text(in: folder.failure) { return .failed(words) }
        // Without a folder all of it was delivered.
        if !folder.isThere || folder.text(in: folder.running) == launch { return .runs }
        guard hasEnded else { return .pending }
        return .failed(Self.lastWords(in: folder.text(in: folder.log) ?? ""))
    }

    /// Why a host ended, by its log. Where it crashed, Swift's runtime says that first, and writes many lines behind it.
    private static func lastWords(in log: String) -> String {
        let lines = log.split(separator: "\n")
        let crash = lines.first { $0.contains("Fatal error:") } ?? lines.first { $0.contains("Program crashed:") }
        return (crash ?? lines.last).map(String.init) ?? "the session's host has ended without a word"
    }
}
