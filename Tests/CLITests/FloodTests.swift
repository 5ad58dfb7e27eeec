import Foundation
import TestSupport
import Testing

/// Tests that a flood of one caller does not noticeably affect others. `ci/soak floods` measures each flood for a minute.
struct FloodTests {
    private func curl(_ daemon: TestDaemon, _ arguments: String...) async throws -> Run {
        let socket = ["-s", "-w", "%{http_code}", "--unix-socket", "\(daemon.box.folder)/d.sock"]
        return try await daemon.box.run(Program(inPath: "curl"), socket + arguments)
    }

    @Test func documentsWithoutEndAreRefusedAtOnce() async throws {
        try await withDaemon(.sqlite) { daemon in
            let preferences = [
                "wide": #"{\"ui\":{"# + (0..<12_000).map { #"\"k\#($0)\":1"# }.joined(separator: ",") + "}}",
                "deep": String(repeating: #"{\"ui\":"#, count: 20_000) + "1" + String(repeating: "}", count: 20_000),
                "list": String(repeating: "[", count: 160_000),
                "aliases": #"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n? *c\n: 1"#,
            ]
            for (name, text) in preferences {
                try daemon.box.write(name, #"{"title": "t", "project_path": "/", "preferences": "\#(text)"}"#)
                let before = try processorTime(daemon.pid())
                let run = try await curl(
                    daemon, "-X", "POST", "http://x/sessions", "-H", "content-type: application/json", "-d",
                    "@\(daemon.box(name))")
                #expect(run.output.hasSuffix("400"), "\(name): \(run)")
                // The daemon's processor time, which does not depend on the machine's load.
                #expect(try processorTime(daemon.pid()) - before < 5, "\(name)")
            }
            let long = try await curl(daemon, "http://x/sessions?text=\(String(repeating: "%25", count: 20_000))")
            #expect(long.output.hasSuffix("400"), "\(long.output.suffix(300))")
        }
    }

    /// A lack of descriptors delays only new connections, and the daemon does not spin meanwhile.
    @Test(.enabled(if: TestUser.areWanted, "setting another process's limits takes root"))
    func withoutDescriptorsItWaits() async throws {
        try await withDaemon(.sqlite) { daemon in
            let pid = daemon.pid()
            #expect(try await daemon.telec("whoami").code == 0)
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
            func limit(_ most: Int) async throws {
                let run = try await daemon.box.run(
                    Program(inPath: "prlimit"), ["--pid", String(pid), "--nofile=\(most):"])
                #expect(run.code == 0, "\(run)")
            }
            // A few descriptors are free, but they are reserved: no connection may use them.
            try await limit(open + 6)
            // The connections stay open, so that a descriptor that is free for a moment does not serve them one after the other.
            let holding = """
                import socket, time
                held = [socket.socket(socket.AF_UNIX) for _ in range(4)]
                for one in held: one.connect("\(daemon.box.folder)/d.sock")
                time.sleep(600)
                """
            let holder = try daemon.box.start(Program(inPath: "python3"), ["-c", holding])
            let callers = try (0..<3).map { _ in try daemon.box.start(.telec, ["whoami"], daemon.variables) }
            try waitUntil("the daemon says why it does not answer") {
                try daemon.process.errorText().contains("connections can't be accepted now")
            }
            let (began, before) = (ContinuousClock.now, try processorTime(pid))
            try await Task.sleep(for: .seconds(5))
            let passed = (ContinuousClock.now - began) / .seconds(1)
            #expect(try processorTime(pid) - before < passed / 5)
            try await limit(1_024)
            for caller in callers {
                let run = try await caller.finish(timeout: 60)
                #expect(run.code == 0, "\(run)")
            }
            holder.kill(SIGKILL)
            #expect(try daemon.process.errorText().components(separatedBy: "can't be accepted now").count < 10)
        }
    }

    /// Returns a process's processor time in seconds. /proc gives it in hundredths.
    private func processorTime(_ pid: pid_t) throws -> Double {
        let fields = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).split(separator: " ")
        return (Double(fields[13]) ?? 0) / 100 + (Double(fields[14]) ?? 0) / 100
    }

    /// The daemon raises the soft limit of descriptors that its shell has set.
    @Test func itTakesAsManyDescriptorsAsItMayHave() async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            let process = try box.start(
                Program(path: "/bin/sh"), ["-c", "ulimit -S -n 64; exec \"$0\"", Program.teleclauded.path], variables)
            try waitUntil("the daemon serves") { try process.errorText().contains("ready") }
            let limits = try String(contentsOfFile: "/proc/\(process.pid)/limits", encoding: .utf8)
            let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
            let (soft, hard) = (line.split(separator: " ")[3], line.split(separator: " ")[4])
            #expect(soft == hard || Int(soft) == 1_048_576, "\(line)")
            process.kill(SIGTERM)
            #expect(try await process.finish().code == 0)
        }
    }

    /// Tests folders in which other users could put another database, recording or socket.
    @Test(arguments: ["files/state", "files/db", "files/run"])
    func placesThatOthersMayChangeAreRefused(place: String) async throws {
        try await withSandbox { box in
            for name in ["state", "db", "run"] {
                try FileManager.default.createDirectory(atPath: box(name), withIntermediateDirectories: false)
                chmod(box(name), 0o755)
            }
            let variables: [String: String?] = [
                "TELECLAUDE_STATE_PATH": box("state"), "TELECLAUDE_DATABASE_URL": "sqlite:\(box("db/t.db"))",
                "TELECLAUDE_SOCKET": box("run/d.sock"),
            ]
            chmod("\(box.folder)/\(place)", 0o777)
            let refused = try await box.run(.teleclauded, [], variables)
            #expect(refused.code == 2 && refused.error.contains("others may write to this"), "\(refused)")
            #expect(refused.error.contains(place), "\(refused)")
            chmod("\(box.folder)/\(place)", 0o1777)
            let daemon = try await box.startDaemon(variables)
            #expect(try await daemon.stop().code == 0)
        }
    }
}
