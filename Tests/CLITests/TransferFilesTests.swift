import Foundation
import TestSupport
import Testing

@Suite("the files that a transfer writes")
struct TransferFilesTests {
    private static let written = ["--report", "--certificate", "--write-rules", "--write-triggers"]

    private func expectUsage(
        _ run: Run, saying words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(run.ending == .exit(64), "\(run)", sourceLocation: sourceLocation)
        for word in words { #expect(run.error.contains(word), "\(run)", sourceLocation: sourceLocation) }
    }

    @Test("take the place of neither database, of what SQLite keeps beside it, nor of the rules", arguments: written)
    func apart(_ option: String) async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
            let rules = try makeRules(box, "tables: {t: {rename: u}}")
            symlink(source, box("link"))
            symlink(box("new.db"), box("dangling"))
            #expect(link(source, box("further")) == 0)
            #expect(mkdir(box("folder"), 0o700) == 0)
            let before = try box.contents()
            for (path, role) in [
                (source, "the source"), (box("link"), "the source"), (box("further"), "the source"),
                (box("folder/../source.db"), "the source"), ("source.db-wal", "beside the source"),
                (box("new.db"), "the target"), (box("dangling"), "the target"), ("new.db", "the target"),
                (box("new.db-journal"), "beside the target"), (rules, "the file of --rules"),
            ] {
                let run = try await box.migrate(
                    "transfer", source, box("new.db"), "--rules", rules, option, path)
                expectUsage(
                    run, saying: "\(option) and ", "\(role) would be one file", "name another file for \(option)")
            }
            #expect(try box.contents() == before)
        }
    }

    @Test("are one file each")
    func oneEach() async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
            symlink(box("a"), box("link"))
            let before = try box.contents()
            for (path, other) in [("a", "a"), (box("a"), "./a"), (box("link"), "a"), ("a", "link")] {
                let run = try await box.migrate(
                    "transfer", source, box("new.db"), "--report", path, "--certificate", other)
                expectUsage(run, saying: "--report and the file of --certificate would be one file")
            }
            let json = try await box.migrate(
                "transfer", source, box("new.db"), "--write-rules", "a", "--report", "a", "--json")
            #expect(try json.document(ErrorDocument.self).error.code == "usage", "\(json)")
            #expect(try box.contents() == before)
        }
    }

    @Test("replace no other database either, and no part of one", arguments: ["", "-wal", "-shm", "-journal"])
    func otherDatabase(_ ending: String) async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
            try execute("CREATE TABLE other (n)", on: "sqlite:\(box("other.db"))", creating: true)
            let before = try box.contents()
            for option in ["--report", "--certificate"] {
                let run = try await box.migrate("transfer", source, box("new.db"), option, box("other.db\(ending)"))
                expectRefusal(run, saying: "other.db\(ending) is a SQLite database, or a part of one", "another file")
            }
            #expect(try box.contents() == before)
        }
    }

    @Test("are no rules and no triggers if a transfer is resumed", arguments: ["--write-rules", "--write-triggers"])
    func resumed(_ option: String) async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
            let before = try box.contents()
            let run = try await box.migrate("transfer", source, box("new.db"), "--resume", option, box("file"))
            expectUsage(run, saying: option, "can't be used with --resume", "--dry-run into another empty target")
            #expect(try box.contents() == before)
        }
    }

    @Test("leave no drafts behind, also of programs that were killed, and touch none of a program at work")
    func drafts() async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
            let (left, held, other) = (".r.html.tc-1.part", ".r.html.tc-2.part", ".other.html.tc-1.part")
            for name in [left, held, other, ".rules.yaml.tc-1.part"] {
                try "half".write(toFile: box(name), atomically: false, encoding: .utf8)
            }
            let lock = open(box(held), O_RDWR)
            defer { close(lock) }
            #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
            let run = try await box.migrate(
                "transfer", source, box("new.db"), "--report", box("r.html"), "--write-rules", box("rules.yaml"))
            #expect(run.ending == .exit(0), "\(run)")
            let drafts = try FileManager.default.contentsOfDirectory(atPath: box.files).filter {
                $0.hasSuffix(".part")
            }
            #expect(drafts.sorted() == [other, held])
            #expect(FileManager.default.fileExists(atPath: box("rules.yaml")))
        }
    }
}
