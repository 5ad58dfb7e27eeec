import Foundation
import TestSupport
import Testing

/// Tests that a SQLite file comes to another one in its own encoding, with the real program.
@Suite("transfer of a SQLite file that is not UTF-8")
struct TransferEncodingTests {
    @Test("the new file has the encoding of the source, and its checks go on", arguments: ["UTF-16le", "UTF-16be"])
    func encoding(_ name: String) async throws {
        try await withSandbox { box in
            let (source, target) = (box("source.db"), box("target.db"))
            try execute(
                """
                PRAGMA encoding = '\(name)';
                CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (length(CAST(a AS BLOB)) = 4));
                INSERT INTO t VALUES (1, 'äö'), (2, 'ab');
                """, on: source, creating: true)
            #expect(try query("PRAGMA encoding", on: source) == [name])
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("PRAGMA encoding", on: target) == [name])
            #expect(try query("SELECT a FROM t ORDER BY id", on: target) == ["äö", "ab"])
            try execute("INSERT INTO t VALUES (3, 'cd')", on: target)
        }
    }

    @Test("the new file has pages of the source's size, and gives empty ones back as it does", arguments: [1, 2])
    func pages(autoVacuum: Int) async throws {
        try await withSandbox { box in
            let (source, target) = (box("source.db"), box("target.db"))
            try execute(
                """
                PRAGMA page_size = 8192; PRAGMA auto_vacuum = \(autoVacuum);
                CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('a');
                """, on: source, creating: true)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(0), "\(run)")
            for file in [source, target] {
                #expect(try query("PRAGMA page_size", on: file) == ["8192"])
                #expect(try query("PRAGMA auto_vacuum", on: file) == ["\(autoVacuum)"])
            }
        }
    }

    @Test("an empty file that has held tables keeps its encoding, takes all rows, and the plan and the report say so")
    func otherEncoding() async throws {
        try await withSandbox { box in
            let (source, target) = (box("source.db"), box("target.db"))
            try execute(
                """
                PRAGMA encoding = 'UTF-16le';
                CREATE TABLE t (a TEXT CHECK (length(CAST(a AS BLOB)) = 4)); INSERT INTO t VALUES ('äö'), ('ab');
                """, on: source, creating: true)
            try execute("CREATE TABLE z (a TEXT); DROP TABLE z", on: target, creating: true)
            let dry = try await box.migrate("transfer", source, target, "--dry-run")
            #expect(dry.ending == .exit(0) && dry.output.contains("UTF-16le"), "\(dry)")
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(0) && run.output.contains("UTF-16le"), "\(run)")
            #expect(try query("PRAGMA encoding", on: target) == ["UTF-8"])
            #expect(try query("SELECT a FROM t ORDER BY rowid", on: target) == ["äö", "ab"])
        }
    }

    @Test("a file with an encoding of its own stays readable for a source in UTF-8")
    func fileInUTF16() async throws {
        try await withSandbox { box in
            let (source, target) = (box("source.db"), box("target.db"))
            try execute("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('äö')", on: source, creating: true)
            try execute(
                "PRAGMA encoding = 'UTF-16be'; CREATE TABLE z (a TEXT); DROP TABLE z", on: target, creating: true)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(0) && run.output.contains("UTF-16be"), "\(run)")
            #expect(try query("PRAGMA encoding", on: target) == ["UTF-16be"])
            #expect(try query("SELECT a FROM t", on: target) == ["äö"])
        }
    }
}
