import Foundation
import TestSupport
import Testing

@testable import Dialects

@Suite struct SQLiteTransactionTests {
    struct Oops: Error {}
    let folder: SQLiteFolder

    init() throws {
        folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
    }

    @Test func secondWriterWaitsAndThenGivesUp() throws {
        let first = try folder.open()
        let second = try folder.open(lockTimeout: 0.2)
        try first.begin()
        let start = ContinuousClock.now
        let error = databaseError { try second.begin() }
        #expect(error?.kind == .locked)
        #expect(error?.message.contains(folder("a.db")) == true)
        #expect(ContinuousClock.now - start > .milliseconds(190))
        try first.commit()
        try second.begin()
        try second.rollback()
        first.close()
        second.close()
    }

    @Test func snapshotSeesTheMomentInWhichItBegan() throws {
        let reader = try folder.open("a.db", .readWrite)
        let writer = try folder.open("a.db", .readWrite)
        try reader.beginSnapshot()
        try writer.execute("INSERT INTO t VALUES (2)")
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 1)
        try reader.commit()
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 2)
        reader.close()
        writer.close()
    }

    @Test func failedTransactionLeavesNothing() throws {
        let connection = try folder.open()
        #expect(throws: Oops.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO t VALUES (2)")
                throw Oops()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.queryValue("SELECT count(*) FROM t") == 1)
        connection.close()
    }

    @Test func rollbackEndsCursorsThatAreOpen() throws {
        let connection = try folder.open()
        try connection.begin()
        try connection.execute("INSERT INTO t VALUES (2)")
        let cursor = try connection.rows("SELECT a FROM t")
        #expect(try cursor.next())
        try connection.rollback()
        cursor.close()
        #expect(try connection.values("SELECT a FROM t") == [[1]])
        connection.close()
    }

    @Test func droppingAParentLeavesItsChildrenAlone() throws {
        let connection = try folder.open()
        try connection.executeScript(
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
            CREATE TABLE c (p REFERENCES p ON DELETE CASCADE); INSERT INTO c VALUES (1);
            """)
        try connection.withForeignKeysUnenforced {
            try connection.transaction {
                try connection.executeScript("DROP TABLE p; CREATE TABLE p (id INTEGER PRIMARY KEY)")
            }
        }
        #expect(try connection.queryValue("SELECT count(*) FROM c") == 1)
        #expect(try connection.foreignKeyViolations(around: nil).count == 1)
        connection.close()
    }

    @Test(arguments: ["0", "1"], ["0", "1"])
    func switchesAreAsBeforeAlsoAfterAFailure(_ foreignKeys: String, _ legacyRename: String) throws {
        let connection = try folder.open()
        try connection.executeScript(
            "PRAGMA foreign_keys = \(foreignKeys); PRAGMA legacy_alter_table = \(legacyRename)")
        #expect(throws: Oops.self) {
            try connection.withForeignKeysUnenforced {
                #expect(try connection.queryValue("PRAGMA foreign_keys") == 0)
                try connection.execute("PRAGMA legacy_alter_table = ON")
                try connection.begin()
                try connection.execute("INSERT INTO t VALUES (2)")
                throw Oops()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.queryValue("SELECT count(*) FROM t") == 1)
        #expect(try connection.queryValue("PRAGMA foreign_keys")?.text == foreignKeys)
        #expect(try connection.queryValue("PRAGMA legacy_alter_table")?.text == legacyRename)
        connection.close()
    }

    @Test func whatCannotBeSwitchedOnAgainIsUsedNoMore() throws {
        let connection = try folder.open()
        let handle = try #require(connection as? SQLiteConnection).handle
        #expect(throws: Oops.self) {
            try connection.withForeignKeysUnenforced {
                try connection.begin()
                // From here on, a rollback is refused.
                try handle.refusingTransactionControl()
                throw Oops()
            }
        }
        #expect(connection.isLost)
        #expect(databaseError { try connection.execute("INSERT INTO t VALUES (3)") }?.kind == .lost)
    }

    @Test func whoReadsAnOldMomentIsToRollBackFirst() throws {
        let (first, second) = (try folder.open(), try folder.open())
        _ = try first.values("PRAGMA journal_mode = WAL")
        try first.beginSnapshot()
        try second.execute("INSERT INTO t VALUES (2)")
        let error = databaseError { try first.execute("INSERT INTO t VALUES (3)") }
        #expect(error?.kind == .locked)
        #expect(error?.code == "SQLITE_BUSY_SNAPSHOT")
        #expect(error?.remedy == "roll the transaction back, then run it again")
        try first.rollback()
        try first.execute("INSERT INTO t VALUES (3)")
        [first, second].forEach { $0.close() }
    }

    @Test func foreignKeysCannotBeSwitchedOffInsideATransaction() throws {
        let connection = try folder.open()
        try connection.begin()
        let error = databaseError { try connection.withForeignKeysUnenforced { _ = Issue.record("the body ran") } }
        #expect(error?.kind == .other)
        #expect(error?.message.contains("transaction") == true)
        connection.close()
    }

    private static let endless: SQL =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    @Test func interruptStopsAStatementFromAnotherThread() throws {
        let connection = try folder.open()
        let interrupter = connection.interrupter
        Thread.detachNewThread {
            usleep(100_000)
            interrupter.interrupt()
        }
        let error = databaseError { _ = try connection.values(Self.endless) }
        #expect(error?.kind == .interrupted)
        #expect(try connection.values("SELECT 1") == [[1]])
        connection.close()
    }

    @Test("an ALTER TABLE that is interrupted while it reads the schema again says so, and blames no script")
    func interruptInsideAlterTable() throws {
        let connection = try folder.open()
        try connection.begin()
        for number in 0..<400 {
            try connection.execute(SQL(trusted: "CREATE VIEW v\(number) AS SELECT a FROM t WHERE a > \(number)"))
        }
        try connection.commit()
        let interrupter = connection.interrupter
        for delay in 0..<40 {
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                usleep(UInt32(delay) * 500)
                interrupter.interrupt()
                done.signal()
            }
            let error = databaseError { try connection.execute("ALTER TABLE t RENAME COLUMN a TO b") }
            done.wait()
            if let error {
                #expect(error.kind == .interrupted && error.remedy == nil, "\(error)")
            } else {
                try connection.execute("ALTER TABLE t RENAME COLUMN b TO a")
            }
        }
        connection.close()
    }

    @Test func interruptEndsAWaitForALock() throws {
        let holder = try folder.open()
        let waiter = try folder.open(lockTimeout: 30)
        try holder.begin()
        let interrupter = waiter.interrupter
        Thread.detachNewThread {
            usleep(100_000)
            interrupter.interrupt()
        }
        let start = ContinuousClock.now
        #expect(databaseError { try waiter.begin() }?.kind == .interrupted)
        #expect(ContinuousClock.now - start < .seconds(10))
        holder.close()
        waiter.close()
    }

    @Test func statementThatRunsTooLongIsStopped() throws {
        let connection = try folder.open(statementTimeout: 0.2)
        try connection.begin()
        let error = databaseError { _ = try connection.values(Self.endless) }
        #expect(error?.kind == .interrupted)
        #expect(error?.message.contains("0.2") == true)
        try connection.rollback()
        #expect(!connection.isInTransaction)
        connection.close()
    }
}
