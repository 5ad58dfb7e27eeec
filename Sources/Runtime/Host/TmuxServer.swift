import TCPOSIX

/// The tmux server that holds one user's sessions. Its socket lies in a folder of the user's own, which nobody else may enter:
/// in `/tmp/tmux-UID`, where tmux has it by itself, anybody may lie in wait.
public struct TmuxServer: Sendable, Equatable {
    /// `nil` for the server of an older version, which was known by its name.
    public let socket: String?

    public init(socket: String?) { self.socket = socket }

    /// The user's own server, with its folder made: below the home, or, where the path would be too long for a socket, below the
    /// runtime folder of the login (`XDG_RUNTIME_DIR`). Throws `RuntimeError`.
    public static func own(home: String, runtimeFolder: String?) throws(RuntimeError) -> TmuxServer {
        let places = ["\(home)/.teleclaude/tmux"] + [runtimeFolder].compactMap { $0 }.map { "\($0)/teleclaude-tmux" }
        guard let folder = places.first(where: { socket(in: $0).utf8.count <= UnixSocketAddress.longestPath }) else {
            throw RuntimeError(
                .failed,
                "the path of tmux's socket is longer than \(UnixSocketAddress.longestPath) bytes: \(socket(in: places[0]))",
                remedy: "set XDG_RUNTIME_DIR to a folder of yours with a shorter path")
        }
        try Folder.makePrivate(folder)
        return TmuxServer(socket: socket(in: folder))
    }

    private static func socket(in folder: String) -> String { "\(folder)/server" }

    /// How tmux is called to speak with this server.
    var command: [String] {
        guard let socket else { return ["tmux", "-L", "teleclaude"] }
        return ["tmux", "-S", socket]
    }

    /// Gives up a server that is ending and can't: while a client whose host was killed has not heard everything it still takes
    /// callers, and sends them away without a word (tmux 3.3, `server_client_check_exit`). Nothing runs in it, and the next
    /// server takes its place. To be called with the lock, by who was sent away.
    func giveUpIfEnding(_ environment: [String: String]) {
        guard let socket, let child = try? ChildProcess(command + ["list-sessions"], environment: environment),
            child.wait() != .exit(0)
        else { return }
        unlink(socket)
    }

    /// How long somebody may take to start a terminal before others don't wait any more: he may have been stopped.
    static let patience = Duration.seconds(10)

    /// Waits until nobody else is starting a terminal on this server, or ends one. Two that start at once, or one that starts while the
    /// last session ends, could meet a server that is just going away; and a session that ends while a control client introduces
    /// itself takes the server down with all others (`control_write`, tmux up to 3.6). `nil` when somebody takes too long, or
    /// there is nothing to lock: tmux then has to see to it.
    func lock(waiting patience: Duration = Self.patience) async throws -> FileLock? {
        guard let socket else { return nil }
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            if let lock = try FileLock("\(socket).starting") { return lock }
            try await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }
}
