import Foundation
import Testing
import TestSupport

/// The folders of one test. Programs run in them and do not see the environment of the tests.
struct Sandbox: Sendable {
    /// The folder that holds everything.
    let folder: String
    /// The folder in which programs run, and in which a test keeps its files.
    var files: String { "\(folder)/files" }
    var home: String { "\(folder)/home" }

    func callAsFunction(_ name: String) -> String { "\(files)/\(name)" }

    /// The environment of the programs, without a developer's PostgreSQL variables, TC_DATABASE_URL, or real home. The options of
    /// Thread Sanitizer (ci/soak) are passed on.
    private var environment: [String: String] {
        var variables = [
            "PATH": TestSupport.environment("PATH") ?? "/usr/bin:/bin", "HOME": home, "TMPDIR": "\(folder)/tmp",
            "LANG": "C.UTF-8",
        ]
        for name in ["LD_PRELOAD", "TSAN_OPTIONS"] { variables[name] = TestSupport.environment(name) }
        return variables
    }

    /// Starts a program. Variables with the value `nil` are removed from its environment.
    func start(
        _ program: Program, _ arguments: [String], _ variables: [String: String?] = [:], input: String = "",
        in workingFolder: String? = nil
    ) throws -> RunningProgram {
        var environment = environment
        for (name, value) in variables { environment[name] = value }
        return try RunningProgram(
            program, arguments, environment: environment, input: input, streams: "\(folder)/streams",
            workingFolder: workingFolder ?? files)
    }

    /// Runs a program to its end.
    func run(
        _ program: Program, _ arguments: [String], _ variables: [String: String?] = [:], input: String = "",
        in workingFolder: String? = nil, timeout: Double = 60
    ) async throws -> Run {
        try await start(program, arguments, variables, input: input, in: workingFolder).finish(timeout: timeout)
    }

    /// Runs `tc-migrate` to its end.
    func migrate(_ arguments: String..., variables: [String: String?] = [:]) async throws -> Run {
        try await run(.tcMigrate, arguments, variables)
    }

    /// Runs `tc-migrate-fixture` with one of its histories.
    func fixture(_ history: String, _ arguments: String...) async throws -> Run {
        try await fixture(history, arguments)
    }

    func fixture(_ history: String, _ arguments: [String]) async throws -> Run {
        try await run(.fixture, arguments, ["TC_FIXTURE": history])
    }

    func startFixture(_ history: String, _ arguments: String...) throws -> RunningProgram {
        try start(.fixture, arguments, ["TC_FIXTURE": history])
    }

    /// Returns every file and folder of the test and of the home, with bytes and mode. Two results are equal if nothing has changed.
    func contents() throws -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for place in [files, home] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: place) {
                let facts = try FileManager.default.attributesOfItem(atPath: "\(place)/\(name)")
                entries["\(place)/\(name)"] = Entry(
                    bytes: FileManager.default.contents(atPath: "\(place)/\(name)"),
                    mode: facts[.posixPermissions] as? Int)
            }
        }
        return entries
    }

    /// Writes a file among the test's files.
    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: self(name)).deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(toFile: self(name), atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: self(name))
    }

    /// Writes a program among the test's files. A child process writes it: if this process did, programs started meanwhile would
    /// inherit the descriptor that is open for writing, and the kernel does not execute such a file (ETXTBSY).
    func writeProgram(_ name: String, _ text: String) async throws {
        let run = try await run(Program(inPath: "install"), ["-D", "-m", "755", "/dev/stdin", self(name)], input: text)
        #expect(run.code == 0, "\(run)")
    }

    struct Entry: Equatable {
        var bytes: Data?
        var mode: Int?
    }
}

/// Makes a sandbox, and removes it afterwards. It must not be called inside another sandbox (see `Slots`).
func withSandbox<T>(_ body: (Sandbox) async throws -> T) async throws -> T {
    try await Slots.shared.withSlot {
        try await withTemporaryFolder { folder in
            let sandbox = Sandbox(folder: folder)
            for name in ["files", "home", "tmp", "streams"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(name)", withIntermediateDirectories: false,
                    attributes: [.posixPermissions: 0o755])
            }
            do {
                let result = try await body(sandbox)
                try await sandbox.endHosts()
                return result
            } catch {
                try await sandbox.endHosts()
                throw error
            }
        }
    }
}

extension Sandbox {
    /// Ends the hosts that are left. A host waits for a daemon without a limit, and no daemon comes back here. A tmux server that
    /// can't end because a host was killed (`TmuxServer.giveUpIfEnding`) does not react to commands, so it is ended as well.
    fileprivate func endHosts() async throws {
        guard FileManager.default.fileExists(atPath: "\(home)/.teleclaude/hosts") else { return }
        for words in ["host \(home)/.teleclaude/hosts/", "^tmux -S \(tmuxFolder)/"] {
            _ = try await run(Program(inPath: "pkill"), ["-KILL", "-f", words])
        }
    }
}

/// Lets only a few tests start programs at the same time. All tests at once would be so slow that steps of a second would time out.
private actor Slots {
    static let shared = Slots(count: 2 * ProcessInfo.processInfo.activeProcessorCount)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) { free = count }

    nonisolated func withSlot<T>(_ body: () async throws -> T) async throws -> T {
        await take()
        do {
            let result = try await body()
            await giveBack()
            return result
        } catch {
            await giveBack()
            throw error
        }
    }

    private func take() async {
        guard free == 0 else { return free -= 1 }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
