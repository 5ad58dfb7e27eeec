import Foundation
import TestSupport
import Testing

@testable import Dialects

@Suite struct SQLiteConnectionTests {
    let folder: SQLiteFolder
    let connection: any Connection

    init() throws {
        folder = try SQLiteFolder()
        connection = try folder.open()
    }

    @Test(arguments: [
        Value.null, .integer(.min), .integer(.max), .real(0.1), .real(-.infinity), .text(""), .text("a\0b"),
        .text("héllo 😀"), .blob([]), .blob([0, 255, 0]),
    ])
    func valueComesBackAsItWent(_ value: Value) throws {
        #expect(try connection.values("SELECT \(value), typeof(\(value))").first?.first == value)
    }

    @Test func booleansAreStoredAsNumbers() throws {
        #expect(try connection.values("SELECT \(Value.boolean(true)), \(Value.boolean(false))") == [[1, 0]])
    }

    @Test func textThatIsNotUTF8KeepsItsBytes() throws {
        let cursor = try connection.rows("SELECT CAST(x'61ff62' AS TEXT)")
        #expect(try cursor.next())
        guard case .text(let bytes) = cursor.raw(0) else {
            Issue.record("no text: \(cursor.raw(0))")
            return
        }
        #expect(Array(bytes) == [0x61, 0xFF, 0x62])
        #expect(try cursor.next() == false)
    }

    @Test func executeCountsTheRowsItTouched() throws {
        #expect(try connection.execute("CREATE TABLE t (a)") == 0)
        #expect(try connection.execute("INSERT INTO t VALUES (1), (2), (3)") == 3)
        #expect(try connection.execute("CREATE INDEX i ON t (a)") == 0)
        #expect(try connection.execute("UPDATE t SET a = 0 WHERE a > 1") == 2)
        #expect(try connection.execute("DELETE FROM t WHERE a = 77") == 0)
        #expect(try connection.execute("SELECT a FROM t") == 0)
    }

    @Test(arguments: [
        "SELECT 1; DELETE FROM t", "SELECT 1\0; DELETE", " -- nothing", "SELEC 1", "SELECT no_such_column",
    ])
    func textThatIsNotOneStatementIsRefused(_ text: String) throws {
        #expect(databaseError { _ = try connection.values(SQL(trusted: text)) }?.kind == .syntax)
    }

    @Test func semicolonAndCommentAfterAStatementAreFine() throws {
        #expect(try connection.values("SELECT 1; -- done\n /* really */ ;") == [[1]])
    }

    @Test func placeholderWithoutAValueIsRefused() throws {
        #expect(databaseError { _ = try connection.values(SQL(trusted: "SELECT ?1")) }?.kind == .syntax)
    }

    @Test func scriptStopsAtTheStatementThatFails() throws {
        let script =
            "CREATE TABLE t (a); INSERT INTO t VALUES (';');\nINSERT INTO missing VALUES (1); CREATE TABLE u (a);"
        let error = databaseError { try connection.executeScript(script) }
        #expect(error?.statement?.contains("INSERT INTO missing") == true)
        #expect(error?.statement?.contains("INSERT INTO t ") == false)
        #expect(try connection.values("SELECT name FROM sqlite_schema") == [["t"]])
        #expect(try connection.values("SELECT a FROM t") == [[";"]])
    }

    @Test(arguments: [
        ("INSERT INTO t (id, a) VALUES (1, 2)", DatabaseError.Kind.unique, "SQLITE_CONSTRAINT_PRIMARYKEY"),
        ("INSERT INTO t (a) VALUES (1)", .unique, "SQLITE_CONSTRAINT_UNIQUE"),
        ("INSERT INTO t (a) VALUES (NULL)", .notNull, "SQLITE_CONSTRAINT_NOTNULL"),
        ("INSERT INTO t (a) VALUES (-1)", .check, "SQLITE_CONSTRAINT_CHECK"),
        ("INSERT INTO t (a) VALUES ('x')", .check, "SQLITE_CONSTRAINT_DATATYPE"),
        ("INSERT INTO t (a, parent) VALUES (5, 99)", .foreignKey, "SQLITE_CONSTRAINT_FOREIGNKEY"),
        ("INSERT INTO nowhere VALUES (5)", .syntax, "SQLITE_ERROR"),
    ])
    func errorsSayWhatHappened(_ text: String, _ kind: DatabaseError.Kind, _ code: String) throws {
        try connection.executeScript(
            """
            CREATE TABLE t (
                id INTEGER PRIMARY KEY, a INTEGER NOT NULL UNIQUE CHECK (a > 0), parent INTEGER REFERENCES t (id)
            ) STRICT;
            INSERT INTO t VALUES (1, 1, NULL);
            """)
        let error = databaseError { try connection.execute(SQL(trusted: text)) }
        #expect(error?.kind == kind)
        #expect(error?.code == code)
        #expect(error?.statement == text)
        #expect(error?.message.isEmpty == false)
    }

    @Test("the columns of a repeated key are in the error, whatever their names, and none for a key over an expression")
    func repeatedKeyColumns() throws {
        try connection.executeScript(
            """
            CREATE TABLE "t: x" (id INTEGER PRIMARY KEY, "a, b" TEXT, "c.d" TEXT, e TEXT, UNIQUE ("a, b", "c.d"));
            CREATE UNIQUE INDEX "lower.e" ON "t: x" (lower(e)); INSERT INTO "t: x" VALUES (1, 'a', 'b', 'c');
            """)
        func columns(_ values: String) -> [String]? {
            databaseError { try connection.execute("INSERT INTO \"t: x\" VALUES (\(trusted: values))") }?.columns
        }
        #expect(columns("1, 'x', 'x', 'x'") == ["id"])
        #expect(columns("2, 'a', 'b', 'x'") == ["a, b", "c.d"])
        #expect(columns("2, 'x', 'x', 'C'") == [])
        #expect(columns("2, 'x', 'x'") == [], "another error")
    }

    @Test("a violated check is named in the error, one without a name by its expression, and no other constraint is")
    func violatedChecksAreNamed() throws {
        try connection.executeScript(
            """
            CREATE TABLE t (a INTEGER CONSTRAINT "small: a" CHECK (a < 9), b INTEGER UNIQUE, CHECK (b > 0));
            INSERT INTO t VALUES (1, 1);
            """)
        #expect(databaseError { try connection.execute("INSERT INTO t VALUES (9, 2)") }?.constraint == "small: a")
        #expect(databaseError { try connection.execute("INSERT INTO t VALUES (1, 0)") }?.constraint == "b > 0")
        let unique = databaseError { try connection.execute("INSERT INTO t VALUES (1, 1)") }
        #expect(unique?.kind == .unique && unique?.constraint == nil)
    }

    @Test func fullDiskIsSaidSo() throws {
        try connection.executeScript("PRAGMA max_page_count = 5; CREATE TABLE t (a);")
        let error = databaseError { try connection.execute("INSERT INTO t VALUES (zeroblob(100000))") }
        #expect(error?.kind == .diskFull)
        #expect(error?.message.contains(folder("a.db")) == true)
        #expect(error?.remedy != nil)
    }

    @Test func openCursorsOfOneTextDoNotShareAStatement() throws {
        try connection.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);")
        let outer = try connection.rows("SELECT a FROM t ORDER BY a")
        #expect(try outer.next())
        #expect(try connection.values("SELECT a FROM t ORDER BY a") == [[1], [2]])
        #expect(outer.raw(0).copied == 1)
        #expect(try outer.next())
        #expect(outer.raw(0).copied == 2)
        #expect(try outer.next() == false)
        #expect(try outer.next() == false)
    }

    @Test func cachedStatementForgetsItsBindingsAndFollowsTheSchema() throws {
        try connection.execute("CREATE TABLE t (a)")
        let all: SQL = "SELECT * FROM t"
        try connection.execute("INSERT INTO t VALUES (\(1))")
        #expect(try connection.values(all) == [[1]])
        try connection.execute("ALTER TABLE t ADD COLUMN b DEFAULT 'new'")
        #expect(try connection.values(all) == [[1, "new"]])
        #expect(try connection.values("SELECT \(2)") == [[2]])
        #expect(databaseError { _ = try connection.values(SQL(trusted: "SELECT ?1")) }?.kind == .syntax)
    }

    @Test func cacheKeepsTheLastThirtyTwo() throws {
        let options = ConnectionOptions(access: .create)
        let handle = try SQLiteHandle(":memory:", flags: 0x86, path: ":memory:", options: options)
        let cache = SQLiteStatementCache(handle)
        let kept = try cache.take("SELECT 'kept'")
        let address = kept.pointer
        cache.giveBack(kept)
        for number in 0..<100 {
            cache.giveBack(try cache.take("SELECT \(number)"))
            cache.giveBack(try cache.take("SELECT 'kept'"))
        }
        #expect(cache.count == SQLiteStatementCache.capacity)
        #expect(try cache.take("SELECT 'kept'").pointer == address)
    }

    @Test func closedConnectionSaysSo() throws {
        let cursor = try connection.rows("SELECT 1")
        let interrupter = connection.interrupter
        connection.close()
        cursor.close()
        interrupter.interrupt()
        #expect(databaseError { try connection.execute("SELECT 1") }?.kind == .lost)
        #expect(connection.isInTransaction == false)
    }

    @Test func foreignKeyViolationsAreNamed() throws {
        try connection.executeScript(
            """
            CREATE TABLE p (x, y, PRIMARY KEY (x, y));
            CREATE TABLE c (u, v, FOREIGN KEY (u, v) REFERENCES p);
            PRAGMA foreign_keys = OFF;
            INSERT INTO c (rowid, u, v) VALUES (7, 1, 2), (8, 3, 4);
            """)
        let first = ForeignKeyViolation(table: "c", row: 7, parent: "p", columns: ["u", "v"], values: [1, 2])
        let all = try connection.foreignKeyViolations(around: nil)
        #expect(all.first == first && all.map(\.row) == [7, 8])
    }

    /// Tables that were not asked for are not read: neither their rows nor the violations of their keys.
    @Test func onlyTheTablesAskedForAndTheirChildrenAreChecked() throws {
        try connection.executeScript(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE "a child" (parent REFERENCES PARENT, other REFERENCES others);
            CREATE TABLE others (id INTEGER PRIMARY KEY);
            CREATE TABLE far (x REFERENCES others);
            CREATE TABLE broken (x REFERENCES others (no_key));
            PRAGMA foreign_keys = OFF;
            INSERT INTO "a child" VALUES (1, NULL), (NULL, 2);
            INSERT INTO far VALUES (3);
            """)
        // SQLite can't check the key of `broken`, which hides no other violation.
        let all = try connection.foreignKeyViolations(around: nil)
        #expect(all.map(\.table).sorted() == ["a child", "a child", "broken", "far"])
        #expect(all.filter(\.columns.isEmpty).map(\.table) == ["broken"])
        let found = try connection.foreignKeyViolations(around: ["Parent", "not there"])
        #expect(found.map(\.table) == ["a child", "a child"] && Set(found.map(\.parent)) == ["PARENT", "others"])
        #expect(try connection.foreignKeyViolations(around: ["far"]).map(\.table) == ["far"])
        #expect(try connection.foreignKeyViolations(around: []).isEmpty)
    }
}
