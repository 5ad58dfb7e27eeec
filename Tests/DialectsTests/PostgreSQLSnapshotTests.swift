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
