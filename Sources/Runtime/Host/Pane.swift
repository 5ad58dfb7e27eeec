import TCPOSIX

/// The program that tmux starts in a pane: it runs the session's command in the environment that was made for it, and writes down
/// how that ended, which tmux does not tell.
public enum Pane {
    /// How long the host has to hear the last words. When it is away, they are lost with the terminal.
    private static let patience = 3.0

    /// Runs the command of a host's folder to its end and returns its exit code.
    public static func run(_ folder: HostFolder) throws -> Int32 {
        let spec = try folder.spec()
        let code = try run(spec, folder)
        try folder.note(String(code), in: folder.status)
        try waitUntilHeard(folder)
        return code
    }

    private static func waitUntilHeard(_ folder: HostFolder) throws {
        let secret = DrainMark.secret()
        try folder.note(secret, in: folder.mark)
        say(String(decoding: DrainMark.bytes(secret), as: UTF8.self))
        for _ in 0..<Int(patience / 0.02) where folder.text(in: folder.drained) != secret { usleep(20_000) }
    }

    private static func run(_ spec: HostSpec, _ folder: HostFolder) throws -> Int32 {
        // What tmux says about the terminal belongs to the command too.
        var environment = spec.environment
        for name in ["TERM", "TMUX", "TMUX_PANE", "COLORTERM"] {
            environment[name] = getenv(name).map { String(cString: $0) }
        }
        if let notice = spec.notice { say(notice + "\n") }
        // Ctrl-C and the like are the command's. That the terminal hung up the kernel tells only its session's leader, which is
        // this: it tells the others of its group, and waits for what they do then.
        for number in [SIGINT, SIGQUIT, SIGTSTP] { signal(number, SIG_IGN) }
        signal(SIGHUP) { _ in
            signal(SIGHUP, SIG_IGN)
            kill(0, SIGHUP)
        }
        guard chdir(spec.directory) == 0 else {
            return fail("\(spec.directory): \(String(cString: strerror(errno)))")
        }
        let child: ChildProcess
        do throws(RuntimeError) {
            child = try ChildProcess(
                spec.command, environment: environment, streams: .init(input: 0, output: 1, error: 2))
        } catch {
            return fail(error.message)
        }
        // A full disk ends no command that runs.
        try? folder.note(String(child.pid), in: folder.pid)
        return child.wait().code
    }

    /// As a shell does for a command that isn't there.
    private static func fail(_ message: String) -> Int32 {
        say(message + "\n")
        return 127
    }

    private static func say(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }
}
