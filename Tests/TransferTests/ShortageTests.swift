import Dialects
import TestSupport
import Testing
import Transfer

/// Tests that a server which lacks something for the moment interrupts a transfer, instead of losing an object or all that is loaded.
@Suite("a shortage of the server", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ShortageTests {
    /// Makes the server fail as it does without memory or locks to spare, or with another code, whenever a command with these words begins.
    static func shortage(
        at words: String, _ message: String = "out of shared memory", code: String = "53200"
    ) -> String {
        """
        CREATE SCHEMA faults; CREATE FUNCTION faults.fail() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
            IF current_query() LIKE '%\(words)%' THEN RAISE '\(message)' USING ERRCODE = '\(code)',
                HINT = 'You might need to increase max_locks_per_transaction.'; END IF; END $$;
        CREATE EVENT TRIGGER shortage ON ddl_command_start EXECUTE FUNCTION faults.fail()
        """
    }

    @Test(
        "a key, an index or a view is made when the transfer is resumed",
        arguments: ["child_parent_fkey", "CREATE INDEX", "CREATE VIEW"])
    func objectsAreNotLost(_ words: String) async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent, name TEXT);
            INSERT INTO child VALUES (1, 1, 'a'); CREATE INDEX names ON child (name);
            CREATE VIEW shown AS SELECT name FROM child;
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let target = try connect(to: url)
            defer { target.close() }
            try target.executeScript(Self.shortage(at: words))
            let failure = await #expect(throws: TransferError.self) {
                try await TransferTests.transfer(fixture, into: url)
            }
            guard case .interrupted(let reason, let cause)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(reason.hasPrefix("out of shared memory (raise max_locks_per_transaction on the server"))
            #expect(cause?.kind == .resources && cause?.code != nil)
            try target.executeScript("DROP EVENT TRIGGER shortage")
            let report = try await TransferTests.transfer(fixture, into: url, options: TransferOptions(resumes: true))
            #expect(report.verdict == .verified && report.omitted == [])
            let made = try target.queryValue(
                """
                SELECT (SELECT count(*) FROM pg_constraint WHERE conname = 'child_parent_fkey') + (SELECT count(*) FROM pg_indexes WHERE indexname = 'names')
                    + (SELECT count(*) FROM shown)
                """)
            #expect(made?.integer == 3)
        }
    }

    @Test(
        "a damaged or missing file of the server is no property of the object that was being built",
        arguments: [
            ("CREATE INDEX", "XX001", "could not read the file (restore a backup"),
            ("CREATE UNIQUE INDEX", "58P01", "could not read the file"),
            ("CREATE VIEW", "XX002", "could not read the file (restore a backup"),
            ("child_parent_fkey", "57P04", "could not read the file"),
        ])
    func faults(_ words: String, _ code: String, _ wordsOfReason: String) async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent, name TEXT);
            INSERT INTO child VALUES (1, 1, 'a'); CREATE INDEX names ON child (name); CREATE UNIQUE INDEX one ON child (name);
            CREATE VIEW shown AS SELECT name FROM child;
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let target = try connect(to: url)
            defer { target.close() }
            try target.executeScript(Self.shortage(at: words, "could not read the file", code: code))
            let failure = await #expect(throws: TransferError.self) {
                try await TransferTests.transfer(fixture, into: url)
            }
            guard case .interrupted(let reason, let cause)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(reason.hasPrefix(wordsOfReason), "\(reason)")
            #expect(cause?.code == code)
            try target.executeScript("DROP EVENT TRIGGER shortage")
            let report = try await TransferTests.transfer(fixture, into: url, options: TransferOptions(resumes: true))
            #expect(report.verdict == .verified && report.omitted == [])
        }
    }

    @Test("an object whose function has no library on the server is left out, and interrupts no resumed transfer")
    func missingLibrary() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE child (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO child VALUES (1, 'a');
            CREATE INDEX names ON child (name);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let target = try connect(to: url)
            defer { target.close() }
            try target.executeScript(
                """
                CREATE SCHEMA faults; CREATE FUNCTION faults.fail() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF current_query() LIKE '%CREATE INDEX%' THEN LOAD '$libdir/no_such_library'; END IF; END $$;
                CREATE EVENT TRIGGER shortage ON ddl_command_start EXECUTE FUNCTION faults.fail()
                """)
            let report = try await TransferTests.transfer(fixture, into: url)
            let left = try #require(report.omitted.first)
            #expect(report.omitted.count == 1 && left.reason.contains("no_such_library"), "\(report.omitted)")
            #expect(try target.queryValue("SELECT count(*) FROM child")?.integer == 1)
        }
    }

    @Test("a session that the server ended while an index was built interrupts the transfer")
    func endedSession() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE child (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO child VALUES (1, 'a');
            CREATE INDEX names ON child (name);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let target = try connect(to: url)
            defer { target.close() }
            try target.executeScript(
                """
                CREATE SCHEMA faults; CREATE FUNCTION faults.fail() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF current_query() LIKE '%CREATE INDEX%' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; END $$;
                CREATE EVENT TRIGGER shortage ON ddl_command_start EXECUTE FUNCTION faults.fail()
                """)
            let failure = await #expect(throws: TransferError.self) {
                try await TransferTests.transfer(fixture, into: url)
            }
            guard case .interrupted(_, let cause)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(cause?.kind == .lost)
            try target.executeScript("DROP EVENT TRIGGER shortage")
            let report = try await TransferTests.transfer(fixture, into: url, options: TransferOptions(resumes: true))
            #expect(report.verdict == .verified && report.omitted == [])
        }
    }

    @Test("without room for the locks of all tables, nothing is made, and the setting that is enough is named")
    func locksOfAllTables() async throws {
        let fixture = try SQLiteFixture("CREATE TABLE one (id INTEGER PRIMARY KEY); CREATE TABLE two (a TEXT);")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let target = try connect(to: url)
            defer { target.close() }
            try target.executeScript(Self.shortage(at: "\"two\""))
            let error = await #expect(throws: DatabaseError.self) {
                try await TransferTests.transfer(fixture, into: url)
            }
            let now = try #require(
                try target.queryValue("SELECT current_setting('max_locks_per_transaction')::bigint")?.integer)
            let remedy = error?.remedy ?? ""
            #expect(remedy.hasPrefix("set max_locks_per_transaction = \(2 * now) on the server"), "\(remedy)")
            #expect(remedy.contains("2 tables"))
            #expect(try target.hasTable("one") == false)
            #expect(try target.hasTable("tc_transfers") == false)
        }
    }

    @Test("a table that somebody removed meanwhile is named on resuming, and the rest can be abandoned")
    func removedTable() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE kept (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE gone (id INTEGER PRIMARY KEY);
            INSERT INTO gone VALUES (1); CREATE INDEX names ON kept (name);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let target = try connect(to: url)
            defer { target.close() }
            try target.executeScript(Self.shortage(at: "CREATE INDEX"))
            _ = await #expect(throws: TransferError.self) { try await TransferTests.transfer(fixture, into: url) }
            try target.executeScript("DROP EVENT TRIGGER shortage; DROP TABLE gone")
            await #expect(throws: TransferError.madeObjectsGone(["gone"])) {
                try await TransferTests.transfer(fixture, into: url, options: TransferOptions(resumes: true))
            }
            let database = try Database(url)
            _ = try await DatabaseTransfer.abandon(in: database)
            await database.close()
            #expect(try target.hasTable("kept") == false)
        }
    }
}
