import Logging
import TCPOSIX

/// The start of another session of the same owner. The daemon has made that session on the request of somebody who may speak
/// for the owner. This host starts a program that runs the session as its owner would by hand, with `telec sessions revive`, in
/// a host of its own. The session that this host runs has no part in it. A host that was stopped may read the order late, so the
/// daemon opens the session only if it still waits for its start.
extension Host {
    private static let telling = [HostSpec.sessionVariable, HostSpec.tokenVariable]

    /// Starts the program, and returns without waiting for its end.
    ///
    /// - Throws: `RuntimeError`.
    nonisolated func start(sessionID: String) throws(RuntimeError) {
        guard let program = Executable.path else {
            throw RuntimeError(.failed, "this program can't find its own file")
        }
        // The program connects as the owner, and not from inside this session.
        var environment = spec.commandEnvironment.filter { !Self.telling.contains($0.key) }
        environment[HostSpec.orderVariable] = "1"
        // Arguments are visible to others, so the id is passed through a pipe.
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw RuntimeError(.failed, "no pipe can be created: \(SystemError.last)")
        }
        defer { for end in ends { close(end) } }
        let child = try ChildProcess(
            [program, "sessions", "revive", "-", "--socket", spec.socketPath], environment: environment,
            streams: .init(input: ends[0], output: STDERR_FILENO, error: STDERR_FILENO), isDetached: true)
        // A pipe has room for such a short text, so the write does not block.
        let line = Array("\(sessionID)\n".utf8)
        guard write(ends[1], line, line.count) == line.count else {
            throw RuntimeError(.failed, "the order can't be passed on: \(SystemError.last)")
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
