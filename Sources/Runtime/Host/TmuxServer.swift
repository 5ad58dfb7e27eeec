import TCPOSIX

/// A tmux server that holds one user's sessions. Its socket is in a folder of the user's own, which nobody else may enter. In
/// `/tmp/tmux-UID`, tmux's default, any other user could place a socket beforehand.
///
/// A server hands its groups and its hard limits on to all of its sessions, as long as it lives. So callers who differ in these have
/// a server each: a new session does not keep a group that its user has lost since the first one.
package struct TmuxServer: Sendable, Equatable {
    /// The path of the socket; `nil` for the server of an older version, which was known by its name.
    package let socket: String?

    package init(socket: String?) { self.socket = socket }

    /// Returns the user's own server for callers with these rights, after making its folder: below the home, or, where that path
    /// would be too long for a socket, below the runtime folder of the login (`XDG_RUNTIME_DIR`).
    ///
    /// - Throws: `RuntimeError`.
    package static func own(
        home: String, runtimeFolder: String?, for rights: ProcessRights = .own
    ) throws(RuntimeError) -> TmuxServer {
        let name = rights.name
        let places = ["\(home)/.teleclaude/tmux"] + [runtimeFolder].compactMap { $0 }.map { "\($0)/teleclaude-tmux" }
        guard let folder = places.first(where: { "\($0)/\(name)".utf8.count <= UnixSocketAddress.longestPath }) else {
            throw RuntimeError(
                .failed,
                "the path of tmux's socket is longer than \(UnixSocketAddress.longestPath) bytes: \(places[0])/\(name)",
                remedy: "set XDG_RUNTIME_DIR to a folder of yours with a shorter path")
        }
        try Folder.makePrivate(folder)
        return TmuxServer(socket: "\(folder)/\(name)")
    }

    /// Whether a process whose variable TMUX has this value runs in a session of the server. tmux opens none of its sessions there.
    package func holds(callerWith variable: String?) -> Bool {
        guard let socket, let variable else { return false }
        return variable.hasPrefix("\(socket),")
    }

    /// The beginning of a tmux command that addresses this server.
    var command: [String] {
        guard let socket else { return ["tmux", "-L", "teleclaude"] }
        return ["tmux", "-S", socket]
    }

    /// Gives up a server that is ending and can't end. As long as a client whose host was killed has not read all of its
    /// output, such a server accepts connections and closes them without a message (tmux 3.3, `server_client_check_exit`).
    /// Nothing runs in the server, and the next one takes its place. Only a caller that holds the lock, and whose connection
    /// was closed, may call this.
    func giveUpIfEnding(_ environment: [String: String]) {
        // A server that does not answer may only be stopped.
        guard let socket, let ending = Tmux.ask(self, ["list-sessions"], environment), ending != .exit(0) else {
            return
        }
        unlink(socket)
    }

    /// How long another process may take to start a terminal before the others stop waiting: it may have been stopped.
    static let patience = Duration.seconds(10)

    /// Waits until no other process starts or ends a terminal on this server, and locks it. Two processes that start at once,
    /// or one that starts while the last session ends, could meet a server that is just going away. And a session that ends
    /// while a control client attaches takes the server down with all other sessions (`control_write`, tmux up to 3.6).
    ///
    /// - Returns: The lock; `nil` if another process takes too long, or if there is nothing to lock. The caller then continues
    ///   without the lock.
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
