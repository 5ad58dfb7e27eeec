import Foundation
import TCSystem
import Testing

/// Tests runs that were killed between the writes of the four files of accounts, in whatever order.
@Suite("an account that a killed run has left unfinished", .enabled(if: isRoot, needsRoot))
struct BrokenAccountTests {
    private static let files = AccountFiles.File.allCases.map(\.rawValue)

    /// All selections of the files without the users: these are written last when an account is made, and first when it is removed.
    private static let selections = (0..<8).map { bits in
        files.filter { $0 != "/etc/passwd" }.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
    }

    /// Runs `body` on a system of four account files, with their texts.
    private func withTree(_ body: (SystemTree, _ texts: [String: String]) throws -> Void) async throws {
        try await SystemTree.with { tree in
            try tree.write("/etc/gshadow", "root:*::\ndaemon:*::\n", mode: 0o640)
            try body(tree, try texts(tree))
        }
    }

    private func texts(_ tree: SystemTree) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try Self.files.map { ($0, try tree.text($0)) })
    }

    private func restore(_ files: [String], from texts: [String: String], in tree: SystemTree) throws {
        for file in files {
            try tree.write(file, texts[file] ?? "", mode: file.hasSuffix("shadow") ? 0o640 : 0o644)
        }
    }

    @Test("is completed by the next installation", arguments: selections)
    func install(_ files: [String]) async throws {
        try await withTree { tree, before in
            let steps = try tree.installSteps()
            let at = try #require(steps.firstIndex(of: .makeAccount("teleclaude")))
            try tree.run(Array(steps[...at]))
            let made = try texts(tree)
            try restore(files + ["/etc/passwd"], from: before, in: tree)
            try tree.run(tree.installSteps())
            #expect(try texts(tree) == made)
            #expect(try tree.findings().isEmpty && tree.installSteps().isEmpty)
        }
    }

    @Test("is named, and removed by the next purge", arguments: selections)
    func purge(_ files: [String]) async throws {
        try await withTree { tree, _ in
            let before = try tree.contents()
            try tree.run(tree.installSteps())
            let made = try texts(tree)
            let steps = try tree.uninstallSteps(purge: true)
            let at = try #require(steps.firstIndex(of: .removeAccount("teleclaude")))
            try tree.run(Array(steps[...at]))
            try restore(files, from: made, in: tree)
            #expect(try files.isEmpty || tree.findings().contains { $0.path == "teleclaude" })
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
