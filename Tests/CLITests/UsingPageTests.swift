import Foundation
import TestSupport
import Testing

/// Runs the commands of docs/using-a-shared-machine.md exactly as the page has them, in one shell.
struct UsingPageTests {
    @Test func theCommandsOfTheGuideWork() async throws {
        let page = try String(contentsOfFile: "\(Built.project)/docs/using-a-shared-machine.md", encoding: .utf8)
        let blocks = page.components(separatedBy: "```sh\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        var lines = blocks.joined().split(separator: "\n").map(String.init)
        #expect(lines.count > 12)
        // ShellCompletionTests covers the terminal.
        lines.removeAll { $0.hasPrefix("telec open") }
        let script = lines.map { line in
            let command = line.replacing(" ID", with: " \"$ID\"")
            guard line.hasPrefix("telec sessions start") else { return command }
            return "ID=$(telec sessions start --title 'Tidy up' -- sh -c 'echo deploy to staging: refund, timeout')\n"
                + "until telec sessions get \"$ID\" | grep -q closed; do sleep 0.1; done"
        }
        let begin = "cd; mkdir -p src/shop\n"
        try await withDaemon(.sqlite) { daemon in
            let programs = URL(fileURLWithPath: Program.telec.path).deletingLastPathComponent().path
            let own: [String: String?] = ["PATH": programs + ":" + (environment("PATH") ?? "/usr/bin:/bin")]
            let run = try await daemon.box.run(
                Program(inPath: "bash"), ["-euc", begin + script.joined(separator: "\n")],
                daemon.variables.merging(own) { $1 })
            #expect(run.code == 0, "\(run)")
            #expect(run.output.components(separatedBy: "deploy to staging: refund, timeout").count > 3, "\(run)")
        }
    }
}
