import TestSupport
import Testing

/// Runs the commands of docs/operations.md that need neither root nor a service, exactly as the page has them.
struct OperationsPageTests {
    @Test func itsCommandsWork() async throws {
        let page = try TestSources.text(of: "docs/operations.md")
        let blocks = page.split(separator: "```sh\n").dropFirst().compactMap { $0.split(separator: "```").first }
        let lines = blocks.flatMap { $0.split(separator: "\n") }.map(String.init).filter { !$0.hasPrefix("sudo ") }
        #expect(lines.count >= 4 && lines.allSatisfy { $0.hasPrefix("telec ") }, "\(lines)")
        try await withDaemon(.sqlite) { daemon in
            for line in lines {
                let words = line.split(separator: " ").dropFirst().map(String.init)
                // A restore needs an empty target.
                let isRestore = words[0] == "restore"
                let other: [String: String?] = [
                    "HOME": daemon.box("fresh"), "TELECLAUDE_DATABASE_URL": "sqlite:\(daemon.box("fresh.db"))",
                ]
                let run = try await daemon.box.run(
                    .telec, words, daemon.variables.merging(isRestore ? other : [:]) { _, new in new })
                #expect(run.code == 0, "\(line): \(run)")
            }
        }
    }

    @Test("a block that stops the service ends at the first command that fails")
    func ofTheService() throws {
        let blocks = try TestSources.text(of: "docs/operations.md").split(separator: "```").enumerated()
            .filter { $0.offset % 2 == 1 && $0.element.contains("sudo systemctl stop") }.map { $0.element }
        #expect(blocks.count >= 2)
        for block in blocks {
            let commands = block.split(separator: "\n").filter { $0.hasPrefix("sudo ") }
            #expect(commands.dropLast().allSatisfy { $0.hasSuffix(" &&") }, "\(block)")
        }
    }
}
