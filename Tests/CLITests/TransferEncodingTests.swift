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

    @Test("a file that was made for another encoding is refused, because none can be changed")
    func otherEncoding() async throws {
        try await withSandbox { box in
            let (source, target) = (box("source.db"), box("target.db"))
            try execute("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a TEXT)", on: source, creating: true)
            try execute("CREATE TABLE t (a TEXT); DROP TABLE t", on: target, creating: true)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(2) && run.error.contains("name a file that does not exist yet"), "\(run)")
            #expect(try query("SELECT name FROM sqlite_schema", on: target).isEmpty)
        }
    }
}
