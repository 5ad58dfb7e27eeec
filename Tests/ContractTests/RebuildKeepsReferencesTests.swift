import Dialects
import Migrator
import TestSupport
import Testing

@Suite("A rebuilt table and the rows that refer to it")
struct RebuildKeepsReferencesTests {
    /// Makes a parent table and a child table that refers to it, with two children of one parent.
    private func withFamily(
        _ backend: Backend, _ onDelete: ForeignKey.Action = .cascade, default value: Default? = nil,
        _ body: (inout CaseDatabase) async throws -> Void
    ) async throws {
        var pid = Column("pid", .bigint)
        pid.isNullable = true
        pid.default = value
        try await backend.withParentAndChild(pid: pid, onDelete: onDelete) { test in
            try await test.run("INSERT INTO p VALUES (1, '41'); INSERT INTO c VALUES (1, 1), (2, 1)")
            try await body(&test)
        }
    }

    /// Expects that the two children of parent 1 still exist.
    private func expectChildren(in test: CaseDatabase, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let children = try await test.values("SELECT id, pid FROM c ORDER BY id")
        #expect(children == [[1, 1], [2, 1]], sourceLocation: sourceLocation)
    }

    @Test("case 1: CASCADE does not fire when the parent is retyped", arguments: Backend.available)
    func case1Cascade(_ backend: Backend) async throws {
        try await withFamily(backend) { test in
            try await test.rebuild("p")
            #expect(try await test.values("SELECT n FROM p") == [[41]])
            try await expectChildren(in: test)
            #expect(try await test.drift().isEmpty)
            // The key is still enforced, and still cascades.
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO c VALUES (3, 99)") }
            try await test.down(allowsDataLoss: true)
            try await expectChildren(in: test)
            try await test.run("DELETE FROM p")
            #expect(try await test.count("c") == 0)
        }
    }

    @Test("case 1: SQLite's child still says p, and foreign keys are on again")
    func case1SQLite() async throws {
        try await withFamily(.sqlite) { test in
            let before = try await test.sqliteObjects()["table c"]
            try await test.rebuild("p")
            #expect(try await test.sqliteObjects()["table c"] == before)
            #expect(before?.contains(#"REFERENCES "p" ("id")"#) == true)
            #expect(try await test.value("PRAGMA foreign_keys") == 1)
            try await test.expectSoundSQLite()
        }
    }

    @Test(
        "case 2: SET NULL, SET DEFAULT and RESTRICT children keep their values", arguments: Backend.available,
        [ForeignKey.Action.setNull, .setDefault, .restrict, .noAction])
    func case2OtherActions(_ backend: Backend, _ action: ForeignKey.Action) async throws {
        try await withFamily(backend, action, default: action == .setDefault ? 7 : nil) { test in
            try await test.rebuild("p")
            try await expectChildren(in: test)
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 5: nothing remembers the scratch name", arguments: [1, 2])
    func case5NoScratchName(_ rebuilds: Int) async throws {
        try await withFamily(.sqlite) { test in
            try await test.run("CREATE VIEW v AS SELECT n FROM p; CREATE INDEX p_n ON p (n)")
            try await test.rebuild("p", times: rebuilds)
            let objects = try await test.sqliteObjects()
            #expect(Set(objects.keys) == ["table p", "table c", "view v", "index p_n"])
            for text in objects.values {
                #expect(!text.contains("tc_"))
                #expect(!text.contains("_old"))
            }
            try await expectChildren(in: test)
            try await test.expectSoundSQLite()
        }
    }

    @Test("case 6: a table that refers to itself keeps its chain", arguments: Backend.available)
    func case6SelfReference(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("parent", .bigint).nullable().references("t", onDelete: .cascade)
                    Column("n", .text)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, NULL, '1'), (2, 1, '2'), (3, 2, '3')")
            try await test.rebuild()
            #expect(
                try await test.values("SELECT id, parent, n FROM t ORDER BY id") == [
                    [1, nil, 1], [2, 1, 2], [3, 2, 3],
                ])
            #expect(try await test.drift().isEmpty)
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO t VALUES (4, 9, 4)") }
            try await test.run("DELETE FROM t WHERE id = 1")
            #expect(try await test.count("t") == 0)
        }
    }

    @Test(
        "case 6: a key that refers to itself changes its type with those that follow it", arguments: Backend.available)
    func case6SelfReferenceRetyped(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .text).primaryKey()
                    Column("parent", .text).nullable().references("t", onDelete: .cascade)
                }
                CreateTable("leaf") {
                    Column("id", .bigint).primaryKey()
                    Column("t_id", .text).references("t", onDelete: .cascade)
                }
            }
            try await test.run("INSERT INTO t VALUES ('1', NULL), ('2', '1'); INSERT INTO leaf VALUES (1, '2')")
            try await test.migrate { AlterTable("t") { ChangeColumn("id").type(.bigint) } }
            #expect(try await test.values("SELECT id, parent FROM t ORDER BY id") == [[1, nil], [2, 1]])
            #expect(try await test.values("SELECT t_id FROM leaf") == [[2]])
            #expect(try await test.drift().isEmpty)
            try await test.run("DELETE FROM t WHERE id = 1")
            #expect(try await test.count("leaf") == 0)
        }
    }
}
