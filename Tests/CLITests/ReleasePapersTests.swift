import TCTerminal
import TestSupport
import Testing

/// Tests that the documents of a release agree with the package.
@Suite("CHANGELOG.md and CONTRIBUTING.md")
struct ReleasePapersTests {
    @Test("the newest version of the changelog is that of the programs, below what is unreleased")
    func version() throws {
        let headings = try TestSources.text(of: "CHANGELOG.md").matches(of: /(?m)^## (.+)$/).map { String($0.1) }
        #expect(headings.first == "Unreleased")
        #expect(headings.dropFirst().first?.hasPrefix("\(teleclaudeVersion) - ") == true, "\(headings)")
    }

    @Test("the table of modules names every target that is no suite of tests")
    func modules() throws {
        let package = try TestSources.text(of: "Package.swift")
        let targets = package.matches(of: /\.(?:executableTarget|systemLibrary|target)\(\s*name: "([\w-]+)"/)
            .map { String($0.1) }
        #expect(targets.contains("Dialects") && targets.contains("TCSpawn") && targets.contains("TestSupport"))
        let rows = try TestSources.text(of: "CONTRIBUTING.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        for target in Set(targets) {
            // The name of an internal module is its folder's name with the prefix TC.
            let folder = target.hasPrefix("TC") ? target.dropFirst(2) : Substring(target)
            #expect(rows.contains { $0.contains("\(folder)`") }, "CONTRIBUTING.md does not name \(target)")
        }
    }
}
