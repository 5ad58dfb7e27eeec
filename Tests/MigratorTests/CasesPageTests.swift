import TestSupport
import Testing

/// docs/cases.md says which test shows a case, and the tests say which case they show. Both have to agree.
@Suite("docs/cases.md")
struct CasesPageTests {
    /// A row of the page's tables: a case's number, and the tests to which the row links.
    private struct Row {
        var number: Int
        var text: String
        var tests: [(name: String, file: String)]

        init?(_ line: Substring) {
            guard let match = line.prefixMatch(of: /\| (\d+) \|/), let number = Int(match.1) else { return nil }
            (self.number, text) = (number, String(line))
            tests = line.matches(of: /\[(\w+\.\w+)\]\(\.\.\/([^)]+)\)/).map { (String($0.1), String($0.2)) }
        }
    }

    private static func rows() throws -> [Row] {
        try TestSources.text(of: "docs/cases.md").split(separator: "\n").compactMap(Row.init)
    }

    @Test("every test that it links is there")
    func linkedTests() throws {
        let tests = Set(try TestSources.current.get().tests.map { "\($0.name) in \($0.file)" })
        let linked = try Self.rows().flatMap(\.tests).map { "\($0.name) in \($0.file)" }
        #expect(linked.count > 80)
        #expect(linked.filter { !tests.contains($0) } == [])
    }

    @Test("every test that says its case stands in that case's row")
    func saidCases() throws {
        let rows = Dictionary(grouping: try Self.rows(), by: \.number)
        #expect(rows.values.allSatisfy { $0.count == 1 })
        let missing = try TestSources.current.get().tests.filter { test in
            guard let match = test.title.prefixMatch(of: /case (\d+):/), let number = Int(match.1) else { return false }
            return rows[number]?.first?.tests.contains { $0.name == test.name } != true
        }
        #expect(missing.map { "\($0.name): \($0.title)" } == [])
    }

    @Test("a case without a test says so")
    func casesWithoutTest() throws {
        let silent = try Self.rows().filter { $0.tests.isEmpty && !$0.text.contains("not shown: ") }
        #expect(silent.map(\.number) == [])
    }
}
