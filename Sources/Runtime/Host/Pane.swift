import TCPOSIX

/// The program that tmux starts in a pane. It runs the session's command in the environment that was made for it, and writes
/// the command's exit code to a file, because tmux does not report it.
package enum Pane {
    /// How long the host may take to receive the last output, in seconds. If no host runs, that output is lost with the
    /// terminal.
    private static let patience = 3.0

    /// Runs the command of a host's folder to its end, and returns its exit code.
    package static func run(_ folder: HostFolder) throws -> Int32 {
        let spec = try folder.spec()
        folder.reserveEnd()
        let code = try run(spec, folder)
        // What can't be noted must not end the pane before its output was received.
        try? folder.noteEnd(String(code), in: folder.status)
        waitUntilHeard(folder)
        return code
    }

    private static func waitUntilHeard(_ folder: HostFolder) {
        let secret = DrainMark.secret()
        // The host would record a mark that it does not know.
        if (try? folder.noteEnd(secret, in: folder.mark)) != nil {
            say(String(decoding: DrainMark.bytes(secret), as: UTF8.self))
        }
        for _ in 0..<Int(patience / 0.02) where folder.text(in: folder.drained) != secret { usleep(20_000) }
    }

    private static func run(_ spec: HostSpec, _ folder: HostFolder) throws -> Int32 {
        // The variables in which tmux describes the terminal are passed to the command too.
        var environment = spec.environment
        for name in ["TERM", "TMUX", "TMUX_PANE", "COLORTERM"] {
            environment[name] = getenv(name).map { String(cString: $0) }
        }
        if spec.hasSecrets {
            do { environment.merge(try SecretPipe.read(folder.secrets)) { $1 } } catch {
                return fail("\(error)", folder)
            }
        }
        if let notice = spec.notice { say(notice + "\n") }
        // Ctrl-C and the like concern the command. If the terminal hangs up, the kernel tells only the leader of the process
        // session, which is this process. It passes the signal on to its group, and waits for the command to end.
        for number in [SIGINT, SIGQUIT, SIGTSTP] { signal(number, SIG_IGN) }
        signal(SIGHUP) { _ in
            signal(SIGHUP, SIG_IGN)
            kill(0, SIGHUP)
        }
        guard chdir(spec.directory) == 0 else {
            return fail("\(spec.directory): \(SystemError.last)", folder)
        }
        let child: ChildProcess
        do throws(RuntimeError) {
            child = try start(spec, environment)
        } catch {
            return fail(error.message, folder)
        }
        folder.noteCommand(child.pid, in: environment["TMUX_PANE"])
        return child.wait().code
    }

    /// Starts the command with its caller's settings. This process has those of tmux's server, and keeps them for its own files.
    private static func start(_ spec: HostSpec, _ environment: [String: String]) throws(RuntimeError) -> ChildProcess {
        let own = ProcessSettings.own
        spec.caller?.apply()
        defer { own.apply() }
        return try ChildProcess(
            spec.command, environment: environment, streams: .init(input: 0, output: 1, error: 2))
    }

    /// Reports a failed start to whoever waits for it, and as a shell reports a command that does not exist: with exit code 127.
    private static func fail(_ message: String, _ folder: HostFolder) -> Int32 {
        try? folder.note(message, in: folder.failure)
        say(message + "\n")
        return 127
    }

    private static func say(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }
}
