import Foundation
import TCSystem
import TestSupport
import Testing

/// Tests which documents of a home are published: root reads them, who may read everything.
@Suite("the documents of an existing install")
struct DocumentTreeTests {
    private func withHome(_ body: (String) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            for place in ["alice/.teleclaude/docs/policy", "bob/.teleclaude/docs"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(place)", withIntermediateDirectories: true)
            }
            for (file, text) in [
                ("alice/.teleclaude/docs/policy/commits.md", "hers"), ("bob/.teleclaude/docs/diary.md", "his"),
            ] {
                try text.write(toFile: "\(folder)/\(file)", atomically: false, encoding: .utf8)
            }
            try body(folder)
        }
    }

    private func documents(_ home: String) throws -> DocumentTree { try DocumentTree(in: home, of: geteuid()) }

    @Test func whatBelongsToTheOwnerIsRead() async throws {
        try await withHome { folder in
            let found = try documents("\(folder)/alice")
            #expect(found.files.map(\.path) == ["/policy/commits.md"] && found.folders == ["/policy"])
            #expect(try found.bytes(of: found.files[0]) == Array("hers".utf8) && found.skipped.isEmpty)
            let none = try documents(folder)
            #expect(none.files.isEmpty && none.skipped.isEmpty)
        }
    }

    @Test("a link on the way leads to nobody else's documents", arguments: [".teleclaude", ".teleclaude/docs"])
    func links(_ place: String) async throws {
        try await withHome { folder in
            try FileManager.default.removeItem(atPath: "\(folder)/alice/\(place)")
            symlink("\(folder)/bob/\(place)", "\(folder)/alice/\(place)")
            let found = try documents("\(folder)/alice")
            #expect(found.files.isEmpty && found.folders.isEmpty)
            let words = "is a symbolic link to \(folder)/bob/\(place): not followed"
            #expect(
                found.skipped.map(\.reason) == [place == ".teleclaude" ? "is in .teleclaude, which \(words)" : words])
        }
    }

    @Test("a file that would fill the memory is left out, and so is a folder far below the others")
    func limits() async throws {
        try await withHome { folder in
            let docs = "\(folder)/alice/.teleclaude/docs"
            // The files take no room on the disk.
            for (name, mebibytes) in [("large.md", 16), ("larger.md", 17), ("huge.md", 200 << 10)] {
                try Data().write(to: URL(fileURLWithPath: "\(docs)/\(name)"))
                try #require(truncate("\(docs)/\(name)", off_t(mebibytes << 20)) == 0)
            }
            let deep = String(repeating: "/d", count: 65)
            try FileManager.default.createDirectory(atPath: docs + deep, withIntermediateDirectories: true)
            for path in [deep, String(deep.dropLast(2))] {
                try "x".write(toFile: "\(docs)\(path)/x.md", atomically: false, encoding: .utf8)
            }
            let found = try documents("\(folder)/alice")
            #expect(found.files.map(\.path) == ["\(deep.dropLast(2))/x.md", "/large.md", "/policy/commits.md"])
            #expect(found.folders.count == 65)
            let skipped = Dictionary(uniqueKeysWithValues: found.skipped.map { ($0.path, $0.reason) })
            let large = "has more than 16 MiB"
            #expect(skipped == [deep: "is in more than 64 folders", "/larger.md": large, "/huge.md": large])
        }
    }

    @Test("a file that disappears meanwhile is skipped, and ends nothing") func disappearing() async throws {
        try await withHome { folder in
            let docs = "\(folder)/alice/.teleclaude/docs"
            var found = try documents("\(folder)/alice")
            let file = found.files[0]
            try FileManager.default.removeItem(atPath: "\(docs)/policy")
            let bytes = try found.bytesIfThere(of: file)
            #expect(bytes == nil && found.files.isEmpty)
            #expect(found.skipped.map(\.path) == [file.path])
            #expect(found.skipped.map(\.reason) == ["disappeared while it was read"])
            let passing = DispatchGroup()
            DispatchQueue.global().async(group: passing) {
                for _ in 0..<20_000 {
                    close(open("\(docs)/passing.md", O_CREAT | O_WRONLY, 0o600))
                    unlink("\(docs)/passing.md")
                }
            }
            while passing.wait(timeout: .now()) == .timedOut { _ = try documents("\(folder)/alice") }
        }
    }

    @Test("what belongs to somebody else is not read", .enabled(if: isRoot, needsRoot))
    func foreign() async throws {
        try await withHome { folder in
            let docs = "\(folder)/alice/.teleclaude/docs"
            try "x".write(toFile: "\(docs)/foreign.md", atomically: false, encoding: .utf8)
            chown("\(docs)/foreign.md", 4_711, 0)
            let found = try documents("\(folder)/alice")
            #expect(found.files.map(\.path) == ["/policy/commits.md"])
            #expect(found.skipped.map(\.path) == ["/foreign.md"])
            #expect(found.skipped.first?.reason == "belongs to uid 4711, and the install to uid 0")
            // A file that changes its owner after the look is not read either.
            chown("\(docs)/policy/commits.md", 4_711, 0)
            #expect(throws: MachineError.self) { try found.bytes(of: found.files[0]) }
            chown("\(docs)/policy", 4_711, 0)
            let other = try documents("\(folder)/alice")
            #expect(other.files.isEmpty && other.skipped.map(\.path) == ["/foreign.md", "/policy"])
        }
    }
}
