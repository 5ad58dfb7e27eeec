import Foundation
import TCSystem
import Testing

/// Tests runs that were killed between the writes of the four files of accounts, in whatever order.
@Suite("an account that a killed run has left unfinished", .enabled(if: isRoot, needsRoot))
struct BrokenAccountTests {
    private static let files = AccountFiles.File.allCases.map(\.rawValue)

    /// Runs `body` with an installation in which each of the given files is as before it.
    private func withBroken(
        _ files: [String],
        _ body: (_ tree: SystemTree, _ before: [String: String], _ whole: [String: String]) throws -> Void
    ) async throws {
        try await SystemTree.with { tree in
            try tree.write("/etc/gshadow", "root:*::\ndaemon:*::\n", mode: 0o640)
            let before = try tree.contents()
            let texts = try files.map { try tree.text($0) }
            try tree.run(tree.installSteps())
            let whole = try tree.contents()
            for (file, text) in zip(files, texts) {
                try tree.write(file, text, mode: file.hasSuffix("shadow") ? 0o640 : 0o644)
            }
            try body(tree, before, whole)
        }
    }

    /// All selections of at least one file.
    private static let selections = (1..<16).map { bits in
        files.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
    }

    @Test("is named, and completed by the next installation", arguments: selections)
    func install(_ files: [String]) async throws {
        try await withBroken(files) { tree, _, whole in
            #expect(try tree.findings().contains { $0.path == "teleclaude" })
            try tree.run(tree.installSteps())
            #expect(try tree.contents() == whole)
            #expect(try tree.findings().isEmpty && tree.installSteps().isEmpty)
        }
    }

    @Test("is removed by the next purge", arguments: selections)
    func purge(_ files: [String]) async throws {
        try await withBroken(files) { tree, before, _ in
            try tree.run(tree.uninstallSteps(purge: true))
            #expect(try tree.contents() == before)
            #expect(try tree.uninstallSteps(purge: true).isEmpty)
        }
    }

    @Test("leaves no copy of other people's secrets", arguments: [false, true])
    func leftovers(isInstall: Bool) async throws {
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            let installed = try tree.contents()
            let places = Self.files.map(TemporaryName.of)
            for place in places { try tree.write(place, "root:$6$secret:1::::::\n", mode: 0o600) }
            #expect(try tree.findings().map(\.path) == places)
            try tree.run(isInstall ? tree.installSteps() : tree.uninstallSteps(purge: false))
            for place in places { #expect(!FileManager.default.fileExists(atPath: tree(place))) }
            if isInstall { #expect(try tree.contents() == installed) }
        }
    }

    @Test("and is another's affair if it was there before")
    func others() async throws {
        try await SystemTree.with { tree in
            try tree.write("/etc/passwd", "root:x:0:0:::/bin/sh\nteleclaude:x:150:150::/:/usr/sbin/nologin\n")
            try tree.write("/etc/group", "root:x:0:\nteleclaude:x:150:\n")
            let shadow = try tree.text("/etc/shadow")
            try tree.run(tree.installSteps())
            #expect(try tree.text("/etc/shadow") == shadow)
            #expect(try tree.findings().isEmpty)
        }
    }
}
