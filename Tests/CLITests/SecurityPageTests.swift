import TestSupport
import Testing

/// docs/security.md and SECURITY.md name the tests that support their claims. Each of those tests has to exist.
struct SecurityPageTests {
    @Test func everyTestThatItNamesIsThere() throws {
        let tests = Set(try TestSources.current.get().tests.map(\.name))
        let named = try Self.pages.flatMap(Self.rows).flatMap {
            $0.matches(of: /`([A-Z]\w+Tests\.\w+)`/).map { String($0.1) }
        }
        #expect(named.count > 50)
        #expect(named.filter { !tests.contains($0) } == [])
    }

    @Test(arguments: pages) func everyThreatAndPromiseHasOne(_ page: String) throws {
        let untested = try Self.rows(page).filter { $0.firstMatch(of: /`[A-Z]\w+Tests\.\w+`/) == nil }
        #expect(untested == [])
    }

    private static let pages = ["docs/security.md", "SECURITY.md"]

    /// Returns the rows of a page's tables, without the headings.
    private static func rows(_ page: String) throws -> [String] {
        let headings = ["| threat", "| promise", "| ---"]
        return try TestSources.text(of: page).split(separator: "\n").map(String.init)
            .filter { line in line.hasPrefix("| ") && !headings.contains(where: line.hasPrefix) }
    }
}
