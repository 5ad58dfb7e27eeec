import TCPOSIX

/// Goes into a session's terminal.
public enum Attachment {
    /// How tmux is called to show the session.
    public static func command(_ server: TmuxServer, tmuxName: String) -> [String] {
        server.command + ["-u", "attach-session", "-t", "=\(tmuxName)"]
    }

    /// Becomes a tmux client of the session; never returns but to throw `RuntimeError`. The user's own tmux server is asked: the
    /// sessions of others are out of its reach, whatever the daemon allows.
    public static func replaceProcess(_ server: TmuxServer, tmuxName: String) throws(RuntimeError) {
        let words = command(server, tmuxName: tmuxName)
        let arguments = words.map { strdup($0) } + [nil]
        execvp("tmux", arguments)
        let reason = String(cString: strerror(errno))
        for argument in arguments { free(argument) }
        throw RuntimeError(.failed, "tmux can't be started: \(reason)", remedy: "install it")
    }
}
