import Logging
import TCPOSIX

/// Another session of the same owner's, which the daemon has made because somebody who may speak for the owner asked for it: this
/// program runs it as its owner would by hand, `telec sessions revive`, in a host of its own. The session that this host runs has no
/// part in it.
extension Host {
    private static let telling = [HostSpec.sessionVariable, "TELECLAUDE_SESSION_TOKEN"]

    /// Returns when the program has begun. Throws `RuntimeError`.
    nonisolated func start(sessionID: String) throws(RuntimeError) {
        guard let program = Executable.path else {
            throw RuntimeError(.failed, "this program does not know its own place")
        }
        // It calls as its owner, and not from inside this session.
        let environment = spec.environment.filter { !Self.telling.contains($0.key) }
        // Others see arguments: the id goes through a pipe.
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw RuntimeError(.failed, "there is no pipe: \(String(cString: strerror(errno)))")
        }
        defer { for end in ends { close(end) } }
        let child = try ChildProcess(
            [program, "sessions", "revive", "-", "--socket", spec.socketPath], environment: environment,
            streams: .init(input: ends[0], output: STDERR_FILENO, error: STDERR_FILENO), isDetached: true)
        // What so short a text needs a pipe has room for.
        let line = Array("\(sessionID)\n".utf8)
        guard write(ends[1], line, line.count) == line.count else {
            throw RuntimeError(.failed, "the order can't be passed on: \(String(cString: strerror(errno)))")
        }
        let logger = logger
        Task {
            while true {
                if let ending = child.poll() {
                    let how: Logger.Metadata = ["code": "\(ending.code)"]
                    return logger.notice("a session that was ordered has been brought up, or was not", metadata: how)
                }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }
}
