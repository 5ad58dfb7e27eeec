import Foundation
import TestSupport
import Testing

/// Runs the commands of docs/runtime.md exactly as the page has them.
struct RuntimePageTests {
    @Test func theFirstTwoMinutesAreTrue() async throws {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("docs/runtime.md"), encoding: .utf8)
        let block = try #require(page.split(separator: "```sh\n").dropFirst().first?.split(separator: "```").first)
        var lines = block.split(separator: "\n").map(String.init)
        #expect(lines.count == 8 && lines[0].hasPrefix("teleclauded &"))
        // AttachTests covers the terminal. The script waits until the daemon is ready, as a reader of the page would.
        lines.removeAll { $0.hasPrefix("telec sessions attach") }
        lines[0] = "teleclauded 2> log & daemon=$!; until grep -q ready log; do sleep 0.05; done"
        let script =
            lines.map { line in
                let command = line.replacing(" ID", with: " \"$ID\"")
                return line.hasPrefix("telec sessions start") ? "ID=$(\(command.split(separator: "#")[0]))" : command
            } + ["kill -TERM $daemon", "wait $daemon"]
        try await withSandbox { box in
            let programs = URL(fileURLWithPath: Program.telec.path).deletingLastPathComponent().path
            let variables: [String: String?] = [
                "PATH": programs + ":" + (environment("PATH") ?? "/usr/bin:/bin"), "TMUX_TMPDIR": "\(box.folder)/tmp",
                "TELECLAUDE_SOCKET": "\(box.folder)/d.sock",
            ]
            let run = try await box.run(
                Program(inPath: "bash"), ["-euc", script.joined(separator: "\n")], variables)
            #expect(run.code == 0, "\(run)")
            #expect(run.output.contains("(admin, uid") && run.output.contains("Tidy up"), "\(run)")
            #expect(run.output.contains("sent\n") && run.output.contains("ended\n"), "\(run)")
            try await box.endSessions()
        }
    }
}
