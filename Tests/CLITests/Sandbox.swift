import Foundation
import Testing
import TestSupport

/// Folders of a test's own, and programs that run in them and see nothing of the environment.
struct Sandbox: Sendable {
    /// Everything of it.
    let folder: String
    /// Where the programs run, and where a test keeps its files.
    var files: String { "\(folder)/files" }
    var home: String { "\(folder)/home" }

    func callAsFunction(_ name: String) -> String { "\(files)/\(name)" }

    /// No PostgreSQL variable of a developer's, no TC_DATABASE_URL, no real home. What Thread Sanitizer is told (ci/soak) holds
    /// for the programs too.
    private var environment: [String: String] {
        var variables = [
            "PATH": TestSupport.environment("PATH") ?? "/usr/bin:/bin", "HOME": home, "TMPDIR": "\(folder)/tmp",
            "LANG": "C.UTF-8",
        ]
        for name in ["LD_PRELOAD", "TSAN_OPTIONS"] { variables[name] = TestSupport.environment(name) }
        return variables
    }

    /// Starts a program; variables with the value `nil` are taken out of its environment.
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

    /// Every file and folder of the test's own and of the home, with bytes and mode: equal when nothing was changed.
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

    /// Makes a file of the test's own.
    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: self(name)).deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(toFile: self(name), atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: self(name))
    }

    /// Makes a program of the test's own. A child of ours writes it: whoever we start meanwhile would inherit a descriptor
    /// of ours that is open for writing, and until that program runs the kernel executes nothing from the file (ETXTBSY).
    func writeProgram(_ name: String, _ text: String) async throws {
        let run = try await run(Program(inPath: "install"), ["-D", "-m", "755", "/dev/stdin", self(name)], input: text)
        #expect(run.code == 0, "\(run)")
    }

    struct Entry: Equatable {
        var bytes: Data?
        var mode: Int?
    }
}

/// Makes a sandbox, which is gone afterwards. Never inside another one: see `Slots`.
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
    /// A host waits for a daemon as long as it takes; here none comes back. A tmux server that is ending and can't, because a
    /// host was killed (`TmuxServer.giveUpIfEnding`), listens to nobody any more.
    fileprivate func endHosts() async throws {
        guard FileManager.default.fileExists(atPath: "\(home)/.teleclaude/hosts") else { return }
        for words in ["host \(home)/.teleclaude/hosts/", "^tmux -S \(tmuxSocket) "] {
            _ = try await run(Program(inPath: "pkill"), ["-KILL", "-f", words])
        }
    }
}

/// Lets a few tests at a time start programs. All of them at once would be so slow that what takes a second times out.
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
