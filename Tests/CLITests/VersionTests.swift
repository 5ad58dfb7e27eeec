import Foundation
import TCTerminal
import TestSupport
import Testing

/// The three programs are built and installed together, so they have one version, which is also that of the release's tag and of the
/// changelog.
@Suite("the version")
struct VersionTests {
    @Test("the three programs are of one")
    func programs() async throws {
        try await withSandbox { box in
            for program in [Program.tcMigrate, .telec, .teleclauded] {
                let run = try await box.run(program, ["--version"])
                #expect(run.ending == .exit(0) && run.output == "\(teleclaudeVersion)\n", "\(run)")
            }
        }
    }

    @Test("it has three numbers, as SwiftPM wants it of a tag")
    func numbers() {
        #expect(teleclaudeVersion.wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
    }

    @Test("a release's commit has its tag, and no tag is ahead of it")
    func tag() async throws {
        // Without a repository, or without tags, nothing is compared.
        if let here = try await git("describe", "--tags", "--exact-match") { #expect(here == teleclaudeVersion) }
        if let last = try await git("describe", "--tags", "--abbrev=0") {
            #expect(last.compare(teleclaudeVersion, options: .numeric) != .orderedDescending, "\(last)")
        }
    }

    /// Returns git's output about the commit that is checked out; `nil` if git fails.
    private func git(_ arguments: String...) async throws -> String? {
        try await withSandbox { box in
            // The folder may belong to another user than the one who runs the tests.
            let folder = ["-c", "safe.directory=*", "-C", TestSources.root.path]
            let run = try await box.run(try Program(inPath: "git"), folder + arguments)
            return run.code == 0 ? run.output.trimmingCharacters(in: .newlines) : nil
        }
    }
}
