import Dialects
import TestSupport
import Testing

@testable import Migrator

@Suite("Cases A: a rebuilt table and the rows that refer to it")
struct CaseATests {
    private static func family(_ onDelete: ForeignKey.Action, default value: Default? = nil) -> Migration {
        var pid = Column("pid", .bigint)
        pid.isNullable = true
        pid.default = value
        return Migration("1-family") {
            CreateTable("p") {
                Column("id", .bigint).primaryKey()
                Column("n", .text)
            }
            CreateTable("c") {
                Column("id", .bigint).primaryKey()
                pid.references("p", onDelete: onDelete)
            }
        }
    }

    private static let retype = Migration("2-retype") { AlterTable("p") { ChangeColumn("n").type(.integer) } }

    private static let rows = "INSERT INTO p VALUES (1, '41'); INSERT INTO c VALUES (1, 1), (2, 1)"

    /// Two children of parent 1, whatever was done to the parent's table.
    private func expectChildren(in database: Database, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let children = try await database.query("SELECT id, pid FROM c ORDER BY id")
        #expect(children == [[1, 1], [2, 1]], sourceLocation: sourceLocation)
    }

    @Test("case 1: CASCADE does not fire when the parent is retyped", arguments: Backend.available)
    func case1Cascade(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let first = Self.family(.cascade)
            try await database.migrate(first)
            try await database.byHand(Self.rows)
            try await database.migrate(first, Self.retype)
            #expect(try await database.query("SELECT n FROM p") == [[41]])
            try await expectChildren(in: database)
            #expect(try await database.drift(from: first, Self.retype).isEmpty)
            // The key is still enforced, and still cascades.
            await #expect(throws: DatabaseError.self) { try await database.byHand("INSERT INTO c VALUES (3, 99)") }
            try await database.undoLast(first, Self.retype)
            try await expectChildren(in: database)
            try await database.byHand("DELETE FROM p")
            #expect(try await database.count("c") == 0)
        }
    }

    @Test("case 1: SQLite's child still says p, and foreign keys are on again")
    func case1SQLite() async throws {
        try await Backend.sqlite.withDatabase { database in
            let first = Self.family(.cascade)
            try await database.migrate(first)
            try await database.byHand(Self.rows)
            let before = try await database.sqliteObjects()["table c"]
            try await database.migrate(first, Self.retype)
            #expect(try await database.sqliteObjects()["table c"] == before)
            #expect(before?.contains(#"REFERENCES "p" ("id")"#) == true)
            #expect(try await database.value("PRAGMA foreign_keys") == 1)
            try await database.expectSoundSQLite()
        }
    }

    @Test(
        "case 2: SET NULL, SET DEFAULT and RESTRICT children keep their values", arguments: Backend.available,
        [ForeignKey.Action.setNull, .setDefault, .restrict, .noAction])
    func case2OtherActions(_ backend: Backend, _ action: ForeignKey.Action) async throws {
        try await backend.withDatabase { database in
            let first = Self.family(action, default: action == .setDefault ? 7 : nil)
            try await database.migrate(first)
            try await database.byHand(Self.rows)
            try await database.migrate(first, Self.retype)
            try await expectChildren(in: database)
            #expect(try await database.drift(from: first, Self.retype).isEmpty)
        }
    }

    @Test("case 5: nothing remembers the scratch name", arguments: [1, 2])
    func case5NoScratchName(_ rebuilds: Int) async throws {
        try await Backend.sqlite.withDatabase { database in
            let first = Self.family(.cascade)
            let again = Migration("3-back") { AlterTable("p") { ChangeColumn("n").type(.text) } }
            let all = [first, Self.retype, again]
            try await database.migrator([first]).up()
            try await database.byHand(Self.rows)
            try await database.byHand("CREATE VIEW v AS SELECT n FROM p; CREATE INDEX p_n ON p (n)")
            try await database.migrator(Array(all.prefix(1 + rebuilds))).up()
            let objects = try await database.sqliteObjects()
            #expect(Set(objects.keys) == ["table p", "table c", "view v", "index p_n"])
            for text in objects.values {
                #expect(!text.contains("tc_"))
                #expect(!text.contains("_old"))
            }
            try await expectChildren(in: database)
            try await database.expectSoundSQLite()
        }
    }

    @Test("case 6: a table that refers to itself keeps its chain", arguments: Backend.available)
    func case6SelfReference(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let first = Migration("1-tree") {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("parent", .bigint).nullable().references("t", onDelete: .cascade)
                    Column("n", .text)
                }
            }
            let second = Migration("2-retype") { AlterTable("t") { ChangeColumn("n").type(.integer) } }
            try await database.migrate(first)
            try await database.byHand("INSERT INTO t VALUES (1, NULL, '1'), (2, 1, '2'), (3, 2, '3')")
            try await database.migrate(first, second)
            #expect(
                try await database.query("SELECT id, parent, n FROM t ORDER BY id") == [
                    [1, nil, 1], [2, 1, 2], [3, 2, 3],
                ])
            #expect(try await database.drift(from: first, second).isEmpty)
            await #expect(throws: DatabaseError.self) { try await database.byHand("INSERT INTO t VALUES (4, 9, 4)") }
            try await database.byHand("DELETE FROM t WHERE id = 1")
            #expect(try await database.count("t") == 0)
        }
    }

    @Test(
        "case 6: a key that refers to itself changes its type with those that follow it", arguments: Backend.available)
    func case6SelfReferenceRetyped(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let first = Migration("1-tree") {
                CreateTable("t") {
                    Column("id", .text).primaryKey()
                    Column("parent", .text).nullable().references("t", onDelete: .cascade)
                }
                CreateTable("leaf") {
                    Column("id", .bigint).primaryKey()
                    Column("t_id", .text).references("t", onDelete: .cascade)
                }
            }
            let second = Migration("2-retype") { AlterTable("t") { ChangeColumn("id").type(.bigint) } }
            try await database.migrate(first)
            try await database.byHand("INSERT INTO t VALUES ('1', NULL), ('2', '1'); INSERT INTO leaf VALUES (1, '2')")
            try await database.migrate(first, second)
            #expect(try await database.query("SELECT id, parent FROM t ORDER BY id") == [[1, nil], [2, 1]])
            #expect(try await database.query("SELECT t_id FROM leaf") == [[2]])
            #expect(try await database.drift(from: first, second).isEmpty)
            try await database.byHand("DELETE FROM t WHERE id = 1")
            #expect(try await database.count("leaf") == 0)
        }
    }

    @Test(
        "case 8: a migration that leaves an orphan is rolled back, and the orphan named", arguments: Backend.available,
        [false, true])
    func case8Orphan(_ backend: Backend, _ rebuilds: Bool) async throws {
        try await backend.withDatabase { database in
            let first = Self.family(.cascade)
            let second = Migration("2-orphan") {
                if rebuilds { AlterTable("p") { ChangeColumn("n").type(.integer) } }
                AlterTable("c") { AddColumn("note", .text).nullable() }
                RunSQL("INSERT INTO c (id, pid) VALUES (3, 99)", undo: .nothing)
            }
            try await database.migrate(first)
            try await database.byHand(Self.rows)
            let failure = try await #require(throws: MigrationFailure.self) {
                try await database.migrate(first, second)
            }
            #expect(failure.failed == "2-orphan")
            #expect(failure.cause.kind == .foreignKey)
            for word in ["c", "pid", "p"] {
                #expect(failure.cause.message.split { !$0.isLetter }.contains { $0 == word })
            }
            // SQLite names the row, PostgreSQL the value.
            #expect(failure.cause.message.contains(backend == .sqlite ? "row 3" : "(99)"))
            let status = try await database.migrator([first, second]).status()
            #expect(status.lines.map(\.state) == [.applied, .pending])
            #expect(try await database.query("SELECT n FROM p") == [["41"]])
            try await expectChildren(in: database)
            #expect(try await database.drift(from: first).isEmpty)
        }
    }
}

@Suite("Cases A: what surrounds a rebuild")
struct CaseASurroundingsTests {
    private static let table = Migration("1-table") {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("n", .text)
        }
    }

    private static let retype = Migration("2-retype") { AlterTable("t") { ChangeColumn("n").type(.integer) } }

    @Test(
        "case 11: a transaction that is open already is refused before anything is done", arguments: Backend.available)
    func case11OpenTransaction(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrate(Self.table)
            let history = try History([Self.table, Self.retype])
            try await database.withConnection { connection in
                try connection.begin()
                try connection.execute("INSERT INTO t VALUES (1, '1')")
                let run = MigrationRun(history: history, options: Migrator.Options(), connection: connection) { _ in }
                #expect(throws: MigratorError.inTransaction) { try run.up(to: nil) }
                // It is still its owner's.
                #expect(connection.isInTransaction)
                try connection.commit()
            }
            #expect(try await database.query("SELECT n FROM t") == [["1"]])
            #expect(try await database.migrator([Self.table, Self.retype]).status().lines.last?.state == .pending)
        }
    }

    @Test("case 11: pragmas are afterwards as they were", arguments: [0, 1], [0, 1])
    func case11Pragmas(_ foreignKeys: Int, _ legacyRename: Int) async throws {
        let failing = Migration("3-failing") {
            AlterTable("t") { ChangeColumn("n").type(.text) }
            RunSQL("INSERT INTO nowhere VALUES (1)", undo: .nothing)
        }
        try await Backend.sqlite.withDatabase { database in
            // One connection: the pool lends the one that was used last.
            try await database.migrate(Self.table)
            try await database.byHand(
                "PRAGMA foreign_keys = \(foreignKeys); PRAGMA legacy_alter_table = \(legacyRename)")
            let expected: [Value] = [.integer(Int64(foreignKeys)), .integer(Int64(legacyRename))]
            try await database.migrate(Self.table, Self.retype)
            #expect(try await pragmas(of: database) == expected)
            await #expect(throws: MigrationFailure.self) {
                try await database.migrate(Self.table, Self.retype, failing)
            }
            #expect(try await pragmas(of: database) == expected)
            #expect(try await database.withConnection { $0.isInTransaction } == false)
        }
    }

    private func pragmas(of database: Database) async throws -> [Value] {
        [
            try await database.value("PRAGMA foreign_keys") ?? .null,
            try await database.value("PRAGMA legacy_alter_table") ?? .null,
        ]
    }

    @Test("case 11: a rename before a rebuild reaches children, whatever legacy_alter_table was")
    func case11LegacyRename() async throws {
        let first = Migration("1-family") {
            CreateTable("p") {
                Column("id", .bigint).primaryKey()
                Column("n", .text)
            }
            CreateTable("c") { Column("pid", .bigint).references("p", onDelete: .cascade) }
        }
        let second = Migration("2-rename-and-retype") {
            AlterTable("p") {
                RenameColumn("id", to: "key")
                ChangeColumn("n").type(.integer)
            }
        }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand(
                """
                INSERT INTO p VALUES (1, '1'); INSERT INTO c VALUES (1);
                CREATE VIEW v AS SELECT id FROM p;
                PRAGMA legacy_alter_table = ON
                """)
            try await database.migrate(first, second)
            #expect(try await database.sqliteObjects()["table c"]?.contains(#"REFERENCES "p" ("key")"#) == true)
            #expect(try await database.query("SELECT * FROM v") == [[1]])
            #expect(try await database.count("c") == 1)
            try await database.expectSoundSQLite()
        }
    }

    @Test("rows that pointed nowhere before do not stop a rebuild, and stay", arguments: [1, 1_500])
    func orphansOfBefore(_ count: Int) async throws {
        let first = Migration("1-family") {
            CreateTable("p") {
                Column("id", .bigint).primaryKey()
                Column("n", .text)
            }
            CreateTable("c") {
                Column("id", .bigint).primaryKey()
                Column("pid", .bigint).references("p", onDelete: .cascade)
            }
        }
        let retype = Migration("2-retype") { AlterTable("p") { ChangeColumn("n").type(.integer) } }
        let another = Migration("3-another-orphan") {
            AlterTable("p") { ChangeColumn("n").type(.text) }
            RunSQL("INSERT INTO c VALUES (0, 77)", undo: .nothing)
        }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand(
                """
                PRAGMA foreign_keys = OFF;
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < \(count))
                INSERT INTO c SELECT x, 99 FROM n;
                PRAGMA foreign_keys = ON
                """)
            try await database.migrate(first, retype)
            #expect(try await database.count("c") == Int64(count))
            let failure = try await #require(throws: MigrationFailure.self) {
                try await database.migrate(first, retype, another)
            }
            #expect(failure.cause.message.contains("row 0"))
            #expect(try await database.count("c") == Int64(count))
        }
    }
}
