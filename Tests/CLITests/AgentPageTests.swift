import Foundation
import TestSupport
import Testing

/// Runs the commands of docs/mcp.md exactly as the page has them, in one shell.
struct AgentPageTests {
    @Test func itsCommandsWork() async throws {
        let page = try TestSources.text(of: "docs/mcp.md")
        let blocks = page.components(separatedBy: "```sh\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        #expect(blocks.count == 3)
        try await withDaemon(.sqlite) { daemon in
            let programs = URL(fileURLWithPath: Program.telec.path).deletingLastPathComponent().path
            let own: [String: String?] = ["PATH": programs + ":" + (environment("PATH") ?? "/usr/bin:/bin")]
            let run = try await daemon.box.run(
                Program(inPath: "bash"), ["-euc", "cd; echo '{}' > .claude.json\n" + blocks.joined()],
                daemon.variables.merging(own) { $1 })
            #expect(run.code == 0, "\(run)")
            let answers = try run.output.split(separator: "\n").filter { $0.hasPrefix("{\"") }.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\(run)")
            }
            // One answer to a single request, and three of a conversation, in which calls may overtake one another.
            #expect(answers.compactMap { $0["id"] as? Int }.sorted() == [1, 1, 2, 3], "\(run)")
            #expect(answers.allSatisfy { $0["error"] == nil }, "\(run)")
            let results = answers.compactMap { $0["result"] as? [String: Any] }
            #expect(results.contains { ($0["structuredContent"] as? [String: Any])?["role"] as? String == "admin" })
            #expect(results.contains { ($0["structuredContent"] as? [String: Any])?["sessions"] as? [Any] != nil })
            #expect(results.allSatisfy { $0["isError"] as? Bool != true }, "\(run)")
        }
    }
}
