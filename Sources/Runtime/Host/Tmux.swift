import NIOCore
import NIOPosix
import TCPOSIX

/// A control client of the user's own tmux server. It starts the session, receives everything that the pane writes from the
/// first byte on, and types. The session stays when the client goes away.
struct Tmux {
    static let size = (columns: 80, rows: 24)
    /// How long tmux may take to answer. Its server may be stopped, and nobody waits for it without a limit.
    private static let patience = Duration.seconds(2)

    private let child: ChildProcess
    var pid: pid_t { child.pid }
    let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Starts the session with `command` in it; without a command, attaches to the existing session. The user's tmux
    /// configuration is not read, so that no setting can interfere.
    static func open(
        _ server: TmuxServer, _ name: String, command: [String]?, environment: [String: String]
    ) async throws -> Tmux {
        let words =
            command.map { ["new-session", "-s", name, "-x", "\(size.columns)", "-y", "\(size.rows)"] + $0 }
            ?? ["attach-session", "-t", "=\(name)"]
        return try await start(server.command + ["-f", "/dev/null", "-u", "-C"] + words, environment)
    }

    /// Returns whether the session exists; `nil` if tmux can't be started, or does not answer.
    static func hasSession(_ server: TmuxServer, _ name: String, _ environment: [String: String]) -> Bool? {
        ask(server, ["has-session", "-t", "=\(name)"], environment).map { $0 == .exit(0) }
    }

    /// Ends the session with everything that runs in it, if tmux answers.
    static func kill(_ server: TmuxServer, _ name: String, _ environment: [String: String]) {
        _ = ask(server, ["kill-session", "-t", "=\(name)"], environment)
    }

    /// Runs a command of tmux, and returns how it has ended; `nil` if tmux can't be started, or does not answer.
    static func ask(
        _ server: TmuxServer, _ words: [String], _ environment: [String: String]
    ) -> ChildProcess.Ending? {
        let child = try? ChildProcess(server.command + words, environment: environment)
        return child?.wait(atMost: patience)
    }

    private static func start(_ arguments: [String], _ environment: [String: String]) async throws -> Tmux {
        let (toTmux, fromTmux) = (try pipe(), try pipe())
        defer {
            close(toTmux.read)
            close(fromTmux.write)
        }
        let child: ChildProcess
        do {
            child = try ChildProcess(
                arguments, environment: environment,
                streams: .init(input: toTmux.read, output: fromTmux.write, error: fromTmux.write))
        } catch {
            close(toTmux.write)
            close(fromTmux.read)
            throw error
        }
        let channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .takingOwnershipOfDescriptors(input: fromTmux.read, output: toTmux.write) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return Tmux(child: child, channel: channel)
    }

    /// Ends the client, and what is heard from it. The pipe alone does not end with the client, because tmux's server has its other end,
    /// too, and may be stopped.
    func hangUp() {
        TCPOSIX.kill(pid, SIGKILL)
        channel.channel.close(promise: nil)
    }

    /// Waits for the client's process, so that no zombie remains.
    func reap() { _ = child.wait(atMost: Self.patience) }

    private static func pipe() throws(RuntimeError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard TCPOSIX.pipe(&ends) == 0 else {
            throw RuntimeError(.failed, "no pipe can be created: \(SystemError.last)")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
