import Foundation
import TestSupport
import Testing

@Suite("programs whose standard streams are closed")
struct ClosedStreamTests {
    private static let shell = Program(path: "/bin/sh")

    @Test("a result that can't be printed is an error, and a closed standard error leaves the result alone")
    func results() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (program, words) in [
                (Program.telec, "whoami"), (.telec, "doctor"), (.tcMigrate, "plan --dialect sqlite"),
                (.teleclauded, "--check"),
            ] {
                func run(_ streams: String) async throws -> Run {
                    let script = "\"$0\" \(words) \(streams)"
                    return try await daemon.box.run(Self.shell, ["-c", script, program.path], daemon.variables)
                }
                let whole = try await run("")
                let lost = try await run("<&- >&-")
                let sentence = "standard output can't be written: Bad file descriptor"
                #expect(lost.output.isEmpty && lost.code != 0, "\(whole) \(lost)")
                if whole.code == 0 { #expect(lost.code == 2 && lost.error.contains(sentence), "\(lost)") }
                let mute = try await run("<&- 2>&-")
                #expect(mute.error.isEmpty && mute.code == whole.code && !mute.output.isEmpty, "\(mute)")
            }
        }
    }

    @Test("a \"no\" that can't be printed is an error")
    func answers() async throws {
        try await withSandbox { box in
            try box.write("config.yml", "discord: {token: x}\n", mode: 0o644)
            // An empty file is a database without tables, and so behind.
            try box.write("new.db", "", mode: 0o644)
            for (program, words) in [
                (Program.telec, "config check"), (.tcMigrate, "status --exit-code -d '\(box("new.db"))'"),
            ] {
                let variables = ["TELECLAUDE_CONFIG_PATH": box("config.yml")]
                for (output, code) in [("", Int32(1)), ("> /dev/full", 2)] {
                    let run = try await box.run(
                        Self.shell, ["-c", "\"$0\" \(words) \(output)", program.path], variables)
                    #expect(run.code == code, "\(run)")
                    #expect(run.error.contains("standard output can't be written: ") == (code == 2), "\(run)")
                }
            }
        }
    }

    #if os(Linux)
        @Test("a daemon serves, and none of its files has the number of a stream")
        func daemon() async throws {
            try await withDatabase(.sqlite) { box, url in
                let variables = box.daemonVariables(url)
                let script = #"exec "$0" <&- >&- 2>&-"#
                let daemon = try box.start(Self.shell, ["-c", script, Program.teleclauded.path], variables)
                defer { daemon.kill(SIGKILL) }
                try waitUntil("the daemon serves") { access("\(box.folder)/d.sock", F_OK) == 0 }
                let whoami = try await box.run(.telec, ["whoami"], variables)
                #expect(whoami.code == 0, "\(whoami)")
                for number in 0...2 {
                    let file = try FileManager.default.destinationOfSymbolicLink(
                        atPath: "/proc/\(daemon.pid)/fd/\(number)")
                    #expect(file == "/dev/null")
                }
                daemon.kill(SIGTERM)
                #expect(try await daemon.finish().code == 0)
            }
        }
    #endif
}
