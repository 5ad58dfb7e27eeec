import TCPOSIX

/// Attaches the caller's terminal to a session's.
package enum Attachment {
    /// Returns the tmux command that shows the session.
    package static func command(_ server: TmuxServer, tmuxName: String) -> [String] {
        server.command + ["-u", "attach-session", "-t", "=\(tmuxName)"]
    }

    /// Replaces the process by a tmux client of the session, and returns only by throwing. The client connects to the user's
    /// own tmux server: the sessions of others are out of its reach, whatever the daemon allows.
    ///
    /// - Throws: `RuntimeError` if tmux can't be started.
    package static func replaceProcess(_ server: TmuxServer, tmuxName: String) throws(RuntimeError) {
        let words = command(server, tmuxName: tmuxName)
        let arguments = words.map { strdup($0) } + [nil]
        execvp("tmux", arguments)
        let reason = SystemError.last
        for argument in arguments { free(argument) }
        throw RuntimeError(.failed, "tmux can't be started: \(reason)", remedy: "install it")
    }
}
