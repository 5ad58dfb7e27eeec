import Foundation
import Testing

/// A program that was built beside the tests, or one of the system's.
struct Program: Sendable {
    let path: String

    static let tcMigrate = Program(built: "tc-migrate")
    static let fixture = Program(built: "tc-migrate-fixture")
    static let telec = Program(built: "telec")
    static let teleclauded = Program(built: "teleclauded")

    init(path: String) { self.path = path }

    /// The build puts every product beside the test bundle, wherever it builds.
    init(built name: String) {
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
            path = bundle.bundleURL.deletingLastPathComponent().appendingPathComponent(name).path
        #else
            path = Bundle.main.bundleURL.appendingPathComponent(name).path
        #endif
    }

    /// The first of this name in the PATH: the system's shells.
    init(inPath name: String) throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let found: String? = folders.map { "\($0)/\(name)" }
            .first { access($0, X_OK) == 0 }
        path = try #require(found, "\(name) is not in the PATH")
    }
}

/// What a program left behind.
struct Run: Sendable, CustomStringConvertible {
    enum Ending: Sendable, Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    var ending: Ending
    var output: String
    var error: String

    /// The exit code; `nil` when a signal ended it.
    var code: Int32? {
        switch ending {
        case .exit(let code): code
        case .signal: nil
        }
    }

    var description: String { "\(ending)\n--- stdout\n\(output)--- stderr\n\(error)---" }
}

/// A program that runs. Its streams go to files: nothing has to be read while it runs, and nothing can fill up.
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
        // A group of its own, so that a kill reaches what a shell has started, too.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Nor does it take over which signals this process ignores or holds back.
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        // posix_spawn knows no portable way to choose the folder.
        let shell = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, workingFolder, program.path]
        let words = (shell + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, shell[0], &files, &attributes, words, variables)
        try #require(result == 0, "\(program.path) did not start: \(String(cString: strerror(result)))")
        pid = child
    }

    /// What it has said so far.
    func outputText() throws -> String { try String(contentsOfFile: outputFile, encoding: .utf8) }

    /// What it has said so far on its standard error.
    func errorText() throws -> String { try String(contentsOfFile: errorFile, encoding: .utf8) }

    /// Sends a signal to the program and to all that it started.
    func kill(_ signal: Int32) { Foundation.kill(-pid, signal) }

    /// Stops it where it stands, and waits until it has: on a busy machine its threads go on for a while after the signal.
    func suspend() {
        kill(SIGSTOP)
        var info = siginfo_t()
        waitid(P_PID, id_t(pid), &info, WSTOPPED | WEXITED | WNOWAIT)
    }

    /// Waits until it ends. One that takes longer than `timeout` seconds is killed, and that is an error.
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
