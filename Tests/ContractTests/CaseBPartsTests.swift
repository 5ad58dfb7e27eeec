import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Cases B: indexes, checks, generated columns and numbers through a rebuild")
struct CaseBPartsTests {
    @Test("case 16: undeclared and declared indexes stay, byte for byte")
    func case16SQLite() async throws {
        let first = Migration("1-table") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("n", .text)
                Column("name", .text)
                Index(.descending("name"), .ascending("n").collated(.nocase)).named("declared")
                Index(.expression("lower(name)")).named("declared_expression").unique().where("n <> '0'")
            }
        }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand(
                """
                INSERT INTO t VALUES (1, '1', 'One'), (2, '2', 'Two');
                CREATE UNIQUE INDEX "odd index" ON T (name COLLATE NOCASE DESC) WHERE n > '0';
                CREATE INDEX lines
                    ON t (
                        n DESC, -- the newest first
                        lower(name) || ';'
                    );
                """)
            let before = try await database.sqliteObjects().filter { $0.key.hasPrefix("index") }
            #expect(before.count == 4)
            try await database.migrate(first, CaseB.retype)
            #expect(try await database.sqliteObjects().filter { $0.key.hasPrefix("index") } == before)
            try await database.migrate(first, CaseB.retype, CaseB.back)
            #expect(try await database.sqliteObjects().filter { $0.key.hasPrefix("index") } == before)
            await #expect(throws: DatabaseError.self) {
                try await database.byHand("INSERT INTO t VALUES (3, '3', 'ONE')")
            }
            try await database.expectSoundSQLite()
        }
    }

    @Test("case 16: PostgreSQL's indexes stay", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case16PostgreSQL() async throws {
        try await Backend.postgresql.withDatabase { database in
            try await database.migrate(CaseB.table)
            try await database.byHand(
                """
                INSERT INTO t VALUES (1, '1', 'One'), (2, '2', 'Two');
                CREATE UNIQUE INDEX "odd index" ON t (note COLLATE "C" DESC NULLS LAST) WHERE id > 0;
                CREATE INDEX two ON t (n, lower(note)) INCLUDE (id);
                """)
            let indexes: SQL = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY 1"
            let before = try await database.query(indexes)
            try await database.migrate(CaseB.table, CaseB.retype)
            #expect(try await database.query(indexes) == before)
        }
    }

    @Test("case 17: unnamed checks and inline uniques still hold, as do keys", arguments: Backend.available, [1, 2])
    func case17Constraints(_ backend: Backend, _ rebuilds: Int) async throws {
        let first = Migration("1-table") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("n", .text)
                Column("size", .integer).check("size > 0")
                Column("email", .text).unique()
                Column("kind", .text).oneOf("a", "it's")
                Unique("kind", "size")
                Check("size < 100 OR kind = 'a'")
            }
        }
        let migrations = Array([first, CaseB.retype, CaseB.back].prefix(1 + rebuilds))
        try await backend.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand("INSERT INTO t VALUES (1, '1', 1, 'x', 'a')")
            try await database.migrator(migrations).up()
            for (row, kind) in [
                ("1, '2', 2, 'y', 'a'", DatabaseError.Kind.unique), ("2, '2', 0, 'y', 'a'", .check),
                ("2, '2', 2, 'x', 'a'", .unique), ("2, '2', 2, 'y', 'b'", .check), ("2, '2', 1, 'y', 'a'", .unique),
                ("2, '2', 100, 'y', 'it''s'", .check), ("2, NULL, 2, 'y', 'a'", .notNull),
            ] {
                let error = await #expect(throws: DatabaseError.self) {
                    try await database.byHand("INSERT INTO t VALUES (\(row))")
                }
                #expect(error?.kind == kind, "\(row)")
            }
            #expect(try await database.migrator(migrations).drift().isEmpty)
        }
    }

    @Test("case 17: an undeclared check, unique or column inside the table is named, not lost")
    func case17Undeclared() async throws {
        for (line, name) in [
            ("CHECK (n <> 'x')", "constraint"), ("UNIQUE (n)", "constraint"), ("extra TEXT", "column extra"),
        ] {
            try await Backend.sqlite.withDatabase { database in
                try await database.migrate(CaseB.table)
                let definition = "id INTEGER PRIMARY KEY, n TEXT NOT NULL, note TEXT, \(line)"
                try await database.byHand("DROP TABLE t; CREATE TABLE t (\(definition)) STRICT")
                let before = try await database.sqliteObjects()
                let error = await #expect(throws: MigratorError.self) {
                    try await database.migrate(CaseB.table, CaseB.retype)
                }
                #expect(error?.description.contains(name) == true)
                #expect(try await database.sqliteObjects() == before)
            }
        }
    }

    @Test(
        "case 18: stored generated columns are recomputed, and another expression takes", arguments: Backend.available)
    func case18Stored(_ backend: Backend) async throws {
        let first = Migration("1-table") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("n", .text)
                Column("size", .bigint)
                Column("twice", .bigint).generated("size * 2").check("twice >= 0")
                Index("twice").named("twice_index")
                Unique("twice", "id")
            }
            CreateView("v", as: "SELECT id, twice FROM t")
        }
        let thrice = Migration("3-thrice") { AlterTable("t") { ChangeColumn("twice").generated("size * 3") } }
        let plain = Migration("4-plain") { AlterTable("t") { ChangeColumn("twice").notGenerated() } }
        try await backend.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand("INSERT INTO t (id, n, size) VALUES (1, '1', 10)")
            try await database.migrate(first, CaseB.retype)
            #expect(try await database.query("SELECT twice FROM t") == [[20]])
            try await database.migrate(first, CaseB.retype, thrice)
            #expect(try await database.query("SELECT twice FROM v") == [[30]])
            try await database.byHand("UPDATE t SET size = 11")
            #expect(try await database.query("SELECT twice FROM t") == [[33]])
            await #expect(throws: DatabaseError.self) { try await database.byHand("UPDATE t SET size = -1") }
            #expect(try await database.drift(from: first, CaseB.retype, thrice).isEmpty)
            try await database.migrate(first, CaseB.retype, thrice, plain)
            try await database.byHand("UPDATE t SET twice = 5")
            #expect(try await database.query("SELECT twice, size FROM t") == [[5, 11]])
            #expect(try await database.drift(from: first, CaseB.retype, thrice, plain).isEmpty)
        }
    }

    @Test(
        "case 18: PostgreSQL makes a computed column anew only when nothing undeclared would go with it",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case18Undeclared() async throws {
        let first = Migration("1-table") {
            CreateTable("t") {
                Column("size", .bigint)
                Column("twice", .bigint).generated("size * 2")
            }
        }
        let thrice = Migration("2-thrice") { AlterTable("t") { ChangeColumn("twice").generated("size * 3") } }
        try await Backend.postgresql.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand("CREATE INDEX by_hand ON t (twice)")
            let error = await #expect(throws: MigratorError.self) { try await database.migrate(first, thrice) }
            #expect(error?.description.contains("index by_hand") == true)
            try await database.byHand(
                "DROP INDEX by_hand; CREATE VIEW v AS SELECT twice FROM t; INSERT INTO t VALUES (1)")
            try await database.migrate(first, thrice)
            #expect(try await database.query("SELECT twice FROM v") == [[3]])
        }
    }

    @Test("case 18: a column that another is computed from can't be retyped or dropped", arguments: ["retype", "drop"])
    func case18InUse(_ what: String) throws {
        let first = Migration("1-table") {
            CreateTable("t") {
                Column("size", .bigint)
                Column("twice", .bigint).generated("size * 2")
            }
        }
        #expect(throws: HistoryError.self) {
            try History {
                first
                Migration("2") {
                    AlterTable("t") {
                        if what == "drop" { DropColumn("size") } else { ChangeColumn("size").type(.text) }
                    }
                }
            }
        }
    }

    @Test("case 18: a virtual column survives a rebuild on SQLite, and PostgreSQL is told before anything runs")
    func case18Virtual() async throws {
        let first = Migration("1-table") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("n", .text)
                Column("twice", .bigint).generated("id * 2", .virtual)
            }
        }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand("INSERT INTO t (id, n) VALUES (4, '1')")
            try await database.migrate(first, CaseB.retype)
            #expect(try await database.query("SELECT id, n, twice FROM t") == [[4, 1, 8]])
            #expect(try await database.sqliteObjects()["table t"]?.contains("VIRTUAL") == true)
            #expect(try await database.drift(from: first, CaseB.retype).isEmpty)
        }
        let plan = try History([first]).planUp()
        #expect(throws: MigratorError.self) { try plan.steps[0].lowering(in: PostgreSQLDialect()) }
    }

    @Test("case 20: a number that was given out is not given out again", arguments: Backend.available, [false, true])
    func case20HighWaterMark(_ backend: Backend, _ isEmptied: Bool) async throws {
        let first = Migration("1-table") {
            CreateTable("t") {
                Column("id", .bigint).identity().primaryKey()
                Column("n", .text)
            }
        }
        try await backend.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand("INSERT INTO t (n) VALUES ('1'), ('2')")
            try await database.byHand(isEmptied ? "DELETE FROM t" : "DELETE FROM t WHERE id = 2")
            try await database.migrate(first, CaseB.retype)
            try await database.byHand("INSERT INTO t (n) VALUES (3)")
            #expect(try await database.value("SELECT max(id) FROM t") == 3)
            try await database.byHand("DELETE FROM t")
            try await database.migrate(first, CaseB.retype, CaseB.back)
            try await database.byHand("INSERT INTO t (n) VALUES ('4')")
            #expect(try await database.value("SELECT max(id) FROM t") == 4)
        }
    }

    @Test("case 20: sqlite_sequence holds one line a table, also where nothing was ever counted")
    func case20SequenceTable() async throws {
        let first = Migration("1-table") {
            CreateTable("t") {
                Column("id", .bigint).identity().primaryKey()
                Column("n", .text)
            }
        }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(first)
            try await database.migrate(first, CaseB.retype)
            #expect(try await database.query("SELECT name FROM sqlite_sequence").isEmpty)
            try await database.byHand("INSERT INTO t (n) VALUES (1)")
            try await database.migrate(first, CaseB.retype, CaseB.back)
            #expect(try await database.query("SELECT name, seq FROM sqlite_sequence") == [["t", 1]])
        }
    }

    @Test("case 22: a table or view that already has the scratch name is left alone")
    func case22ScratchNameTaken() async throws {
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(CaseB.table)
            try await database.byHand(
                """
                CREATE TABLE TC_new_T (mine TEXT); INSERT INTO TC_new_T VALUES ('kept');
                CREATE VIEW tc_new2_t AS SELECT 'kept' AS mine; CREATE INDEX tc_new3_t ON log (entry);
                INSERT INTO t VALUES (1, '1', NULL)
                """)
            let before = try await database.sqliteObjects()
            try await database.migrate(CaseB.table, CaseB.retype)
            #expect(try await database.texts("SELECT mine FROM tc_new_t") == ["kept"])
            #expect(try await database.query("SELECT n FROM t") == [[1]])
            let after = try await database.sqliteObjects()
            #expect(after.filter { $0.key != "table t" } == before.filter { $0.key != "table t" })
        }
    }

    @Test("case 23: five changes to one table copy it once")
    func case23OneCopy() async throws {
        let second = Migration("2-five") {
            AlterTable("t") {
                ChangeColumn("n").type(.integer)
                ChangeColumn("note").required(filling: "none")
                AddColumn("size", .bigint).default(0).check("size >= 0")
                AddColumn("born", .timestamp).default(.now)
                Add(Unique("n"))
            }
        }
        let plan = try History([CaseB.table, second]).planUp(applied: 1)
        let statements = try plan.steps[0].lowering(in: SQLiteDialect()).statements
        #expect(statements.filter { $0.hasPrefix("INSERT INTO") }.count == 1)
        #expect(statements.filter { $0.hasPrefix("CREATE TABLE") }.count == 1)
        for backend in Backend.available {
            try await backend.withDatabase { database in
                try await database.migrate(CaseB.table)
                try await database.byHand("INSERT INTO t VALUES (1, '5', NULL)")
                try await database.migrate(CaseB.table, second)
                #expect(
                    try await database.query("SELECT n, note, size FROM t WHERE born IS NOT NULL") == [[5, "none", 0]])
                #expect(try await database.drift(from: CaseB.table, second).isEmpty)
            }
        }
    }
}
