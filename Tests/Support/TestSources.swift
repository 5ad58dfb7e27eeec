import Foundation

/// The tests that the sources declare. Pages that name tests, cases or files are checked against them.
public struct TestSources: Sendable {
    public struct Test: Hashable, Sendable {
        /// The path below the project's folder, such as `Tests/ContractTests/DefaultTests.swift`.
        public var file: String
        /// The type and the function, such as `DefaultTests.case44Class`.
        public var name: String
        /// The title in `@Test("…")`; empty if there is none.
        public var title: String
    }

    /// The project's folder.
    public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The tests of this project, read only once.
    public static let current = Result { try TestSources() }

    /// Every `@Test` function of a type, whichever of the type's extensions it is in.
    public let tests: [Test]

    private init() throws {
        let folder = Self.root.appendingPathComponent("Tests")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL]
        tests = try (files ?? []).filter { $0.pathExtension == "swift" }.flatMap { url in
            let file = "Tests/" + url.path.dropFirst(folder.path.count + 1)
            return Self.tests(in: file, try String(contentsOf: url, encoding: .utf8))
        }
    }

    /// Returns the text of a page or another file of the project.
    public static func text(of file: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
    }

    public static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    private static func tests(in file: String, _ source: String) -> [Test] {
        var tests: [Test] = []
        var type = ""
        var attribute: String?
        for line in source.utf8.split(separator: UInt8(ascii: "\n")).map(Substring.init) {
            if !line.hasPrefix(" "),
                let match = line.prefixMatch(of: /(?:@Suite.* )?(?:final )?(?:struct|class|extension|enum) (\w+)/)
            {
                type = String(match.1)
            }
            if line.hasPrefix("    @Test") { attribute = "" }
            attribute?.append(line + "\n")
            guard let text = attribute, line.hasPrefix("    @Test") || line.hasPrefix("    func "),
                let match = line.prefixMatch(of: /[ ]{4}(?:@Test.* )?func (\w+)/)
            else { continue }
            let title = text.prefixMatch(of: /\s*@Test\(\s*"((?:[^"\\]|\\.)*)"/).map { String($0.1) }
            tests.append(Test(file: file, name: "\(type).\(match.1)", title: title ?? ""))
            attribute = nil
        }
        return tests
    }
}
