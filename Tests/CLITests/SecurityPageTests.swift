import Foundation
import Testing

/// docs/security.md names the tests that show what it says: each of them has to be there.
struct SecurityPageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func everyTestThatItNamesIsThere() throws {
        let tests = try Self.tests()
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
        let page = try String(contentsOf: root.appendingPathComponent("docs/security.md"), encoding: .utf8)
        return page.split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("| ") && !$0.hasPrefix("| threat") && !$0.hasPrefix("| ---") }
    }

    /// `Type.function` for each function of each type of the tests, whichever of its extensions it stands in.
    private static func tests() throws -> Set<String> {
        let folder = root.appendingPathComponent("Tests")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL]
        var tests: Set<String> = []
        for file in try #require(files) where file.pathExtension == "swift" {
            var type = ""
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                if let match = line.firstMatch(of: /^(?:@Suite.* )?(?:final )?(?:struct|class|extension|enum) (\w+)/) {
                    type = String(match.1)
                }
                guard let match = line.firstMatch(of: /^ {4}(?:@Test.* )?func (\w+)/) else { continue }
                tests.insert("\(type).\(match.1)")
            }
        }
        return tests
    }
}
