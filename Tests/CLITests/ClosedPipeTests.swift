import Foundation
import TestSupport
import Testing

/// Tests commands that go on printing after their reader has enough: `telec … | head -n 1`.
@Suite("a reader that has enough ends what goes on")
struct ClosedPipeTests {
    private static let shell = Program(path: "/bin/sh")

    /// Returns a script that runs `telec` with these arguments into `head`, and says on standard error how telec has ended.
    private func script(_ arguments: String, into output: String) -> String {
        "{ timeout 60 '\(Program.telec.path)' \(arguments); echo \"ended with $?\" >&2; } \(output)"
    }

    @Test("a session that is followed", arguments: ["transcript %@ --follow", "sessions tail %@"])
    func followed(_ command: String) async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "while :; do echo tick; sleep 0.1; done")
            let arguments = command.replacingOccurrences(of: "%@", with: id)
            for (output, ending) in [("| head -n 1", "ended with 0\n"), ("> /dev/full", "ended with 2\n")] {
                let run = try await daemon.box.run(
                    Self.shell, ["-c", script(arguments, into: output)], daemon.variables, timeout: 90)
                #expect(run.error.hasSuffix(ending), "\(command) \(run)")
                #expect(run.output == (output.hasPrefix("|") ? "tick\n" : ""), "\(command) \(run)")
            }
        }
    }

    @Test("a list that is watched")
    func watched() async throws {
        try await withDaemon(.sqlite) { daemon in
            let list = "sessions list --watch --columns title,state"
            let watch = try daemon.box.start(
                Self.shell, ["-c", script(list, into: "| head -n 1")], daemon.variables)
            try waitUntil("it is shown") { try watch.outputText().contains("no sessions\n") }
            // The first write after the end of `head` fails, and `head` may not have ended at the first of these changes.
            var changes = 0
            while try changes < 20 && !watch.errorText().contains("ended") {
                changes += 1
                _ = try await daemon.start("true")
                try await Task.sleep(for: .milliseconds(100))
            }
            try waitUntil("it has ended") { try watch.errorText().contains("ended with 0") }
            _ = try await watch.finish()
        }
    }
}
