import TestSupport
import Testing

@testable import Dialects

@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLSnapshotTests {
    @Test func sessionsJoinOneMoment() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let writer = try connect(to: url)
            let readers = try (0..<3).map { _ in try connect(to: url, ConnectionOptions(access: .readOnly)) }
            defer { for connection in readers + [writer] { connection.close() } }
            try writer.executeScript("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
            let share = try readers[0].beginSharedSnapshot()
            try writer.execute("INSERT INTO t VALUES (2)")
            try readers[1].beginSnapshot(joining: share)
            try readers[0].endSharing()
            for reader in readers.prefix(2) { #expect(try reader.queryValue("SELECT count(*) FROM t") == 1) }
            #expect(try readers[0].sourceFingerprint() == readers[1].sourceFingerprint())
            _ = try readers[2].beginSharedSnapshot()
            #expect(try readers[2].sourceFingerprint() != readers[0].sourceFingerprint())
            #expect(readers[0].readingRemarks.isEmpty)
            try readers[0].commit()
            try readers[1].rollback()
            let late = databaseError { try readers[1].beginSnapshot(joining: share) }
            #expect(late != nil && !readers[1].isInTransaction)
            #expect(databaseError { _ = try readers[1].sourceFingerprint() } != nil)
        }
    }

    /// Without the locks, every one of these commands makes the table appear empty to a snapshot that was taken before.
    @Test(arguments: [
        "TRUNCATE kept", "ALTER TABLE kept ALTER a TYPE bigint", "DROP TABLE kept", "ALTER TABLE kept RENAME TO other",
        "TRUNCATE part_1", "TRUNCATE child",
    ])
    func noTableIsEmptiedUnderASnapshot(_ command: String) throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let writer = try connect(to: url)
            let reader = try connect(to: url, ConnectionOptions(access: .readOnly))
            defer { for connection in [reader, writer] { connection.close() } }
            try writer.executeScript(
                """
                CREATE TABLE kept (a int); CREATE TABLE whole (a int) PARTITION BY LIST (a);
                CREATE TABLE part_1 PARTITION OF whole FOR VALUES IN (1); CREATE TABLE parent (a int);
                CREATE TABLE child () INHERITS (parent);
                INSERT INTO kept VALUES (1); INSERT INTO whole VALUES (1); INSERT INTO child VALUES (1);
                SET lock_timeout = '100ms'
                """)
            _ = try reader.beginSharedSnapshot()
            #expect(databaseError { try writer.execute(SQL(trusted: command)) }?.kind == .locked)
            try writer.execute("INSERT INTO kept VALUES (2)")
            for table in ["kept", "whole", "parent"] {
                #expect(try reader.queryValue("SELECT count(*) FROM \(identifier: table)") == 1)
            }
            try reader.commit()
            try writer.execute(SQL(trusted: command))
        }
    }

    @Test func tablesThatMayNotBeReadAreLeftAlone() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            let role = "tc_reader_\(UInt64.random(in: 0 ... .max))"
            try connection.executeScript(
                """
                CREATE TABLE secret (a int); CREATE TABLE shown (a int); INSERT INTO shown VALUES (7);
                GRANT SELECT ON shown TO PUBLIC; CREATE ROLE \(SQLText.identifier(role))
                """)
            defer { try? connection.executeScript("RESET ROLE; DROP ROLE \(SQLText.identifier(role))") }
            try connection.execute("SET ROLE \(identifier: role)")
            let shown = try connection.sharedSnapshot { _ in try connection.queryValue("SELECT a FROM shown") }
            #expect(shown == 7)
            #expect(databaseError { _ = try connection.queryValue("SELECT a FROM secret") }?.kind == .permission)
        }
    }

    /// Tables come and go while the snapshots begin. Each that a snapshot shows must have its rows.
    @Test func tablesThatAreReplacedMeanwhileHaveTheirRows() async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            let reader = try connect(to: url, ConnectionOptions(access: .readOnly))
            defer { reader.close() }
            try replaceTable(url, times: 1)
            async let replaced: Void = Task.detached { try replaceTable(url, times: 150) }.value
            for _ in 0..<100 {
                do throws(DatabaseError) {
                    _ = try reader.beginSharedSnapshot()
                    #expect(try reader.queryValue("SELECT count(*) FROM queue") == 3)
                    try reader.commit()
                } catch {
                    #expect(error.kind == .changedMeanwhile, "\(error)")
                }
            }
            try await replaced
        }
    }

    @Test func aFingerprintIsTheSameUntilSomebodyWrites() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            // Other tests write to the same cluster, so only some of the pairs can be expected to be equal.
            let reader = try connect(to: url, ConnectionOptions(access: .readOnly))
            defer { reader.close() }
            let pairs = try (0..<200).map { _ in
                (
                    try reader.sharedSnapshot { _ in try reader.sourceFingerprint() },
                    try reader.sharedSnapshot { _ in try reader.sourceFingerprint() }
                )
            }
            #expect(pairs.contains { $0 == $1 })
            #expect(pairs.allSatisfy { $0.0.hasPrefix("postgresql:") })
        }
    }

    @Test func anOrdinaryRoleMayTakeAFingerprint() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            let role = "tc_reader_\(UInt64.random(in: 0 ... .max))"
            try connection.execute("CREATE ROLE \(identifier: role)")
            defer { try? connection.executeScript("RESET ROLE; DROP ROLE \(SQLText.identifier(role))") }
            try connection.execute("SET ROLE \(identifier: role)")
            let fingerprint = try connection.sharedSnapshot { _ in try connection.sourceFingerprint() }
            #expect(fingerprint.split(separator: ":").count >= 5)
        }
    }
}

/// Replaces a table by another one of the same name and content, again and again.
private func replaceTable(_ url: DatabaseURL, times: Int) throws {
    let writer = try connect(to: url)
    defer { writer.close() }
    for _ in 0..<times {
        try writer.executeScript(
            """
            BEGIN; CREATE TABLE fresh (a int); INSERT INTO fresh VALUES (1), (2), (3);
            DROP TABLE IF EXISTS queue; ALTER TABLE fresh RENAME TO queue; COMMIT
            """)
    }
}
