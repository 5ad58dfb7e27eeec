import TCPOSIX

/// The process of a session's command, as the pane has noted it. By now, its id may belong to another process of the same user,
/// which must not be taken for the command, let alone be killed.
struct CommandProcess: Sendable, Equatable {
    let pid: pid_t
    /// When the process began (`ProcessFacts.began`); `nil` in a record of an older version, and where the system does not tell.
    let began: String?
    let sessionID: String

    /// Whether the command lives. Without the time at which it began, it is recognized by its environment; where the system
    /// tells nothing about processes, by its id alone.
    var isThere: Bool {
        if let began { return ProcessFacts.began(pid) == began }
        guard ProcessFacts.areTold else { return kill(pid, 0) == 0 }
        return ProcessFacts.environment(of: pid, holds: "\(HostSpec.sessionVariable)=\(sessionID)")
    }

    /// Ends the command, which can't refuse. Another process with its id is left alone.
    func end() { if isThere { kill(pid, SIGKILL) } }
}
