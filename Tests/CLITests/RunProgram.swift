import Foundation
import Testing

/// A program that was built beside the tests, or a program of the system.
struct Program: Sendable {
    let path: String

    static let tcMigrate = Program(built: "tc-migrate")
    static let fixture = Program(built: "tc-migrate-fixture")
    static let telec = Program(built: "telec")
    static let teleclauded = Program(built: "teleclauded")

    init(path: String) { self.path = path }

    /// Finds a product of the build, which is beside the test bundle, or in the folder that `TC_TEST_PROGRAMS` names.
    init(built name: String) {
        if let folder = ProcessInfo.processInfo.environment["TC_TEST_PROGRAMS"] {
            // A compiler that is given a folder by two names finds each module twice.
            path = URL(fileURLWithPath: folder).resolvingSymlinksInPath().appendingPathComponent(name).path
            return
        }
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
            path = bundle.bundleURL.deletingLastPathComponent().appendingPathComponent(name).path
        #else
            path = Bundle.main.bundleURL.appendingPathComponent(name).path
        #endif
    }

    /// Finds the first program of this name in `PATH`.
    init(inPath name: String) throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let found: String? = folders.map { "\($0)/\(name)" }
            .first { access($0, X_OK) == 0 }
        path = try #require(found, "\(name) is not in the PATH")
    }
}

/// The result of a program's run: its ending and its output.
struct Run: Sendable, CustomStringConvertible {
    enum Ending: Sendable, Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    var ending: Ending
    var output: String
    var error: String

    /// The exit code; `nil` if a signal ended the program.
    var code: Int32? {
        switch ending {
        case .exit(let code): code
        case .signal: nil
        }
    }

    var description: String { "\(ending)\n--- stdout\n\(output)--- stderr\n\(error)---" }
}

/// A running program. Its streams go to files, so nothing has to be read while it runs, and no pipe can fill up.
final class RunningProgram: Sendable {
    let pid: pid_t
    private let outputFile: String
    private let errorFile: String

    init(
        _ program: Program, _ arguments: [String], environment: [String: String], input: String, streams: String,
        workingFolder: String
    ) throws {
        let name = "\(streams)/\(UInt64.random(in: 0 ... .max))"
        outputFile = name + ".out"
        errorFile = name + ".err"
        try input.write(toFile: name + ".in", atomically: false, encoding: .utf8)

        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, name + ".in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, 1, outputFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&files, 2, errorFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // The program gets a process group of its own, so that a kill also reaches the processes that a shell has started.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The program does not inherit the signals that this process ignores or blocks.
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        // posix_spawn has no portable way to set the working folder.
        let shell = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, workingFolder, program.path]
        let words = (shell + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, shell[0], &files, &attributes, words, variables)
        try #require(result == 0, "\(program.path) did not start: \(String(cString: strerror(result)))")
        pid = child
    }

    /// Returns the standard output so far.
    func outputText() throws -> String { try String(contentsOfFile: outputFile, encoding: .utf8) }

    /// Returns the standard error so far.
    func errorText() throws -> String { try String(contentsOfFile: errorFile, encoding: .utf8) }

    /// Sends a signal to the program and to all processes that it started.
    func kill(_ signal: Int32) { Foundation.kill(-pid, signal) }

    /// Suspends the program, and waits until it has stopped: on a busy machine its threads continue for a while after the signal.
    func suspend() {
        kill(SIGSTOP)
        var info = siginfo_t()
        waitid(P_PID, id_t(pid), &info, WSTOPPED | WEXITED | WNOWAIT)
    }

    /// Waits until the program ends. After `timeout` seconds, the program is killed, and that is an error.
    func finish(timeout: Double = 60) async throws -> Run {
        let deadline = ContinuousClock.now + .seconds(timeout)
        var status: Int32 = 0
        var pause = 2
        while waitpid(pid, &status, WNOHANG) == 0 {
            if ContinuousClock.now > deadline {
                kill(SIGKILL)
                waitpid(pid, &status, 0)
                Issue.record("process \(pid) did not end within \(timeout) s\n\(try run(status))")
                break
            }
            try await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, 25)
        }
        return try run(status)
    }

    private func run(_ status: Int32) throws -> Run {
        // The macros WIFEXITED, WEXITSTATUS and WTERMSIG are not imported.
        let signal = status & 0x7F
        return Run(
            ending: signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal),
            output: try String(contentsOfFile: outputFile, encoding: .utf8),
            error: try String(contentsOfFile: errorFile, encoding: .utf8))
    }
}
