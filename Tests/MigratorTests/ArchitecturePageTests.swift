import TestSupport
import Testing

/// docs/architecture.md answers "where is …" with paths. Each of these paths has to exist.
@Suite("docs/architecture.md")
struct ArchitecturePageTests {
    @Test("every path that answers where something is leads to a file")
    func paths() throws {
        let page = try TestSources.text(of: "docs/architecture.md")
        let section = try #require(page.split(separator: "\n## ").first { $0.hasPrefix("Where is …\n") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2)
        #expect(rows.count > 10)
        for row in rows {
            let path = row.firstMatch(of: /\[`[^`]+`\]\(([^)]+)\) \|$/).map { String($0.1) }
            #expect(path.map { TestSources.exists("docs/\($0)") } == true, "\(row)")
        }
    }
}
