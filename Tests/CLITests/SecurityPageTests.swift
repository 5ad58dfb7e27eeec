import TestSupport
import Testing

/// docs/security.md names the tests that show what it says: each of them has to be there.
struct SecurityPageTests {
    @Test func everyTestThatItNamesIsThere() throws {
        let tests = Set(try TestSources.current.get().tests.map(\.name))
        let named = try Self.rows().flatMap { $0.matches(of: /`([A-Z]\w+Tests\.\w+)`/).map { String($0.1) } }
        #expect(named.count > 50)
        #expect(named.filter { !tests.contains($0) } == [])
    }

    @Test func everyThreatHasOne() throws {
        let untested = try Self.rows().filter { $0.firstMatch(of: /`[A-Z]\w+Tests\.\w+`/) == nil }
        #expect(untested == [])
    }

    /// The rows of its tables, without what stands above them.
    private static func rows() throws -> [String] {
        try TestSources.text(of: "docs/security.md").split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("| ") && !$0.hasPrefix("| threat") && !$0.hasPrefix("| ---") }
    }
}
