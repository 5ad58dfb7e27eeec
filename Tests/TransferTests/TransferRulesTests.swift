import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests the guarantees of a transfer other than the values: refusals that change nothing, names, keys, sequences, the `-wal`.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferRulesTests {
    /// Transfers a database that must be refused, and expects that the target stays empty.
    private func refused(_ script: String) async throws -> TransferError? {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        return try await TestPostgreSQL.withFreshDatabase { url in
            let error = await #expect(throws: TransferError.self) {
                try await TransferTests.transfer(fixture, into: url)
            }
            try TransferTests.expectOccupants([], of: url)
            return error
        }
    }

    @Test func aTargetThatIsNotEmptyIsRefused() async throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            try TransferTests.withBothEnds(fixture, url) { _, target in
                try target.execute("CREATE VIEW mine AS SELECT 1 AS a")
            }
            await #expect(throws: TransferError.targetNotEmpty(["mine"])) {
                try await TransferTests.transfer(fixture, into: url)
            }
            try TransferTests.expectOccupants(["mine"], of: url)
        }
    }

    @Test func anEmptyLedgerIsNoObstacleAndAFullOneIs() async throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            try TransferTests.withBothEnds(fixture, url) { _, target in
                try target.executeScript("CREATE TABLE tc_migrations (id text); INSERT INTO tc_migrations VALUES ('1')")
            }
            await #expect(throws: TransferError.targetNotEmpty(["tc_migrations"])) {
                try await TransferTests.transfer(fixture, into: url)
            }
            try TransferTests.withBothEnds(fixture, url) { _, target in try target.execute("DELETE FROM tc_migrations")
            }
            #expect(try await TransferTests.transfer(fixture, into: url).verdict == .verified)
        }
    }

    @Test func aDryRunChangesNothing() async throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
        defer { fixture.remove() }
        let before = try fixture.contents()
        try await TestPostgreSQL.withFreshDatabase { url in
            let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
            let target = try Database(url, options: ConnectionOptions(access: .readOnly))
            let plan = try await DatabaseTransfer(from: source, to: target).plan()
            #expect(plan.tables.map(\.source) == ["t"] && plan.tables[0].rows == 2)
            await source.close()
            await target.close()
            try TransferTests.expectOccupants([], of: url)
        }
        #expect(try fixture.contents() == before)
    }

    /// 1 and '1' are two values in SQLite, but the same text in PostgreSQL.
    @Test func rowsThatRepeatAKeyAreRefused() async throws {
        let error = try await refused("CREATE TABLE t (v UNIQUE); INSERT INTO t VALUES (1), ('1')")
        guard case .keyNotBuilt(let table, _, let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(table == "t" && reason.contains("(v)=(1)"), "\(reason)")
    }

    @Test func namesThatWouldBecomeOneAreNumbered() async throws {
        let long = String(repeating: "x", count: 63)
        let script = """
            CREATE TABLE \(long)b (id INT); CREATE TABLE \(long)a (id INT, xmin INT); INSERT INTO \(long)a VALUES (1, 2);
            """
        try await TransferTests.transferred(script) { report, target in
            let renames = report.renames.map { "\($0.kind) \($0.from) -> \($0.to)" }
            let second = String(long.dropLast(3)) + "_2"
            #expect(
                renames == [
                    "table \(long)a -> \(long)", "table \(long)b -> \(second)", "column \(long)a.xmin -> xmin_2",
                ])
            let value = try target.queryValue("SELECT xmin_2 FROM \(identifier: long)")
            #expect(value?.integer == 2)
        }
    }

    @Test func onlyTheTablesAskedForComeAlong() async throws {
        let fixture = try SQLiteFixture("CREATE TABLE a (x INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT)")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let options = TransferOptions(tables: ["a", "b"], exclude: ["b"])
            let report = try await TransferTests.transfer(fixture, into: url, options: options)
            #expect(report.tables.map(\.name) == ["a"])
        }
        try await TestPostgreSQL.withFreshDatabase { url in
            _ = await #expect(throws: TransferError.noSuchTable("z", nearest: "a")) {
                try await TransferTests.transfer(fixture, into: url, options: TransferOptions(tables: ["z"]))
            }
        }
    }

    @Test func orphansStayAndTheForeignKeyHoldsForNewRows() async throws {
        let script = """
            CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
            CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p); INSERT INTO c VALUES (1, 1), (2, 8), (3, 9), (4, NULL);
            """
        try await TransferTests.transferred(script) { report, target in
            let notes = report.tables.first { $0.name == "c" }?.notes
            #expect(
                notes == [
                    "c_p_fkey: 2 rows have no parent in p (p=8; p=9): the foreign key is enforced for new rows only"
                ])
            let state = try target.values("SELECT convalidated FROM pg_constraint WHERE conname = 'c_p_fkey'")
            #expect(state.first?.first?.boolean == false)
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO c (p) VALUES (77)") }
        }
    }

    @Test(
        "a plan names the rows without a parent, also where the source has no index on the parents and the names change"
    )
    func orphansArePlanned() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE "Parents" (a INT, b TEXT, UNIQUE (a, b)); INSERT INTO "Parents" VALUES (1, 'x');
            CREATE TABLE "Children" (id INTEGER PRIMARY KEY, pa INT, pb TEXT, FOREIGN KEY (pa, pb) REFERENCES "Parents" (a, b));
            INSERT INTO "Children" VALUES (1, 1, 'x'), (2, 1, 'y'), (3, NULL, 'z'), (4, 9, 'x');
            CREATE TABLE fine (id INTEGER PRIMARY KEY, c REFERENCES "Children"); INSERT INTO fine VALUES (1, 4);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let (source, target) = (
                try Database(fixture.url, options: ConnectionOptions(access: .readOnly)), try Database(url)
            )
            var options = TransferOptions()
            options.rules.lowercaseNames = true
            let plan = try await DatabaseTransfer(from: source, to: target, options: options).plan()
            #expect(
                plan.remarks.filter { $0.contains("no parent") } == [
                    "Children: children_pa_pb_fkey: 2 rows have no parent in Parents (pa=1, pb='y'; pa=9, pb='x'): "
                        + "the foreign key is enforced for new rows only"
                ])
            await source.close()
            await target.close()
        }
    }

    @Test func numbersGoOnAfterTheHighestThatWasEverIssued() async throws {
        let script = """
            CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO a VALUES (3, 'x'), (500, 'y');
            DELETE FROM a WHERE id = 500;
            CREATE TABLE b (id INTEGER PRIMARY KEY, v); INSERT INTO b VALUES (41, 'x');
            CREATE TABLE e (id INTEGER PRIMARY KEY, v);
            """
        try await TransferTests.transferred(script) { _, target in
            for (table, next) in [("a", 501), ("b", 42), ("e", 1)] {
                let sql: SQL = "INSERT INTO \(identifier: table) (v) VALUES ('new') RETURNING id"
                let number = try target.queryValue(sql)
                #expect(number?.integer == Int64(next))
            }
        }
    }

    @Test func keysThatIgnoreCaseStillDo() async throws {
        let script = """
            CREATE TABLE t (name TEXT COLLATE NOCASE UNIQUE, other TEXT); INSERT INTO t VALUES ('Bob', 'Ä'), ('Ann', 'ä');
            CREATE UNIQUE INDEX t_other ON t (other COLLATE NOCASE);
            """
        try await TransferTests.transferred(script) { _, target in
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t VALUES ('BOB', 'x')") }
            try target.execute("INSERT INTO t VALUES ('Carl', 'y')")
        }
    }

    @Test func nullInAPrimaryKeyMakesItUnique() async throws {
        try await TransferTests.transferred(
            "CREATE TABLE t (id TEXT PRIMARY KEY); INSERT INTO t VALUES ('a'), (NULL), (NULL)"
        ) {
            report, target in
            #expect(report.omitted.map(\.name) == ["t PRIMARY KEY"])
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t VALUES ('a')") }
        }
    }

    /// Both sides of a foreign key get the type that holds the values of both.
    @Test func foreignKeysAgreeOnAType() async throws {
        let script = """
            CREATE TABLE p (code TEXT PRIMARY KEY); INSERT INTO p VALUES ('7'), ('x');
            CREATE TABLE c (code INT REFERENCES p (code)); INSERT INTO c VALUES (7);
            """
        try await TransferTests.transferred(script) { report, target in
            #expect(report.types.map(\.type) == ["text"] && report.omitted.isEmpty)
            let keys = try target.queryValue(
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated AND conrelid = 'c'::regclass")
            #expect(keys?.integer == 1)
        }
    }

    @Test func longAndRepeatedNamesOfIndexesAreMadeToFit() async throws {
        let long = String(repeating: "i", count: 70)
        let script = """
            CREATE TABLE t (a INT PRIMARY KEY, b INT);
            CREATE INDEX \(long)1 ON t (a); CREATE INDEX \(long)2 ON t (b); CREATE INDEX t_pkey ON t (a, b);
            """
        try await TransferTests.transferred(script) { report, target in
            #expect(report.renames.map(\.from) == [long + "1", long + "2", "t_pkey"])
            #expect(Set(report.renames.map(\.to)).count == 3 && report.renames.allSatisfy { $0.to.utf8.count <= 63 })
            let count = try target.queryValue("SELECT count(*) FROM pg_indexes WHERE tablename = 't'")
            #expect(count?.integer == 4)
        }
    }

    @Test func viewsInSharedWordsComeAlong() async throws {
        let script = """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INT); INSERT INTO t VALUES (1, 5), (2, 6);
            CREATE VIEW sums AS SELECT sum(n) AS total FROM t;
            CREATE VIEW bare AS SELECT id, count(n) FROM t;
            """
        try await TransferTests.transferred(script) { report, target in
            let total = try target.queryValue("SELECT total FROM sums")
            #expect(total?.text == "11")
            #expect(report.omitted.map(\.name) == ["bare"])
        }
    }

    @Test func whatIsOnlyInTheWALComesAlong() async throws {
        let owner = try SQLiteFixture(
            "PRAGMA journal_mode = WAL; CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('old')")
        defer { owner.remove() }
        let writer = try connect(to: owner.url)
        defer { writer.close() }
        try writer.executeScript("PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES ('only in the wal')")
        let before = try owner.contents()
        #expect(before["-wal"]?.isEmpty == false)
        try await TestPostgreSQL.withFreshDatabase { url in
            #expect(try await TransferTests.transfer(owner, into: url).verdict == .verified)
            let after = try owner.contents()
            #expect(after[""] == before[""] && after["-wal"] == before["-wal"])
            try TransferTests.withBothEnds(owner, url) { _, target in
                let rows = try target.queryValue("SELECT count(*) FROM t")
                #expect(rows?.integer == 2)
            }
        }
    }
}
