import TCPOSIX

/// Goes into a session's terminal.
public enum Attachment {
    /// Becomes a tmux client of the session; never returns but to throw `RuntimeError`. The user's own tmux server is asked: the
    /// sessions of others are out of its reach, whatever the daemon allows.
    public static func replaceProcess(_ server: TmuxServer, tmuxName: String) throws(RuntimeError) {
        let words = server.command + ["-u", "attach-session", "-t", "=\(tmuxName)"]
        let arguments = words.map { strdup($0) } + [nil]
        execvp("tmux", arguments)
        let reason = String(cString: strerror(errno))
        for argument in arguments { free(argument) }
        throw RuntimeError(.failed, "tmux can't be started: \(reason)", remedy: "install it")
    }
}
