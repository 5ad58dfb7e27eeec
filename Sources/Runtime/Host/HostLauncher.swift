#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Starts hosts that outlive whoever starts them.
public struct HostLauncher {
    private let child: ChildProcess

    /// Starts this program again as the host of a folder, in a session of its own. What it says goes to the folder's log.
    public static func start(_ folder: HostFolder) throws(RuntimeError) -> HostLauncher {
        guard let program = Executable.path else {
            throw RuntimeError(.failed, "this program does not know its own place")
        }
        let log = open(folder.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard log >= 0 else {
            throw RuntimeError(.failed, "\(folder.log) can't be written: \(String(cString: strerror(errno)))")
        }
        defer { close(log) }
        let spec: HostSpec
        do {
            spec = try folder.spec()
        } catch {
            throw RuntimeError(.failed, "\(error)")
        }
        return HostLauncher(
            child: try ChildProcess(
                [program, "host", folder.path], environment: spec.environment,
                streams: .init(output: log, error: log), isDetached: true))
    }

    /// Whether the host is gone already.
    public var hasEnded: Bool { child.poll() != nil }
}
