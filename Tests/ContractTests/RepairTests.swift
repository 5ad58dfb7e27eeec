import Dialects
import TestSupport
import Testing

@testable import Migrator

@Suite("Edited migrations that are recorded as they are now")
struct RepairTests {
    private static func table(_ columns: (String, ColumnType)...) -> CreateTable {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            for (name, type) in columns { Column(name, type).nullable() }
        }
    }

    private static let applied = Migration("1") { table(("a", .text), ("b", .text)) }
    private static let second = Migration("2") { CreateView("v", as: "SELECT a FROM t") }
    private static let third = Migration("3") { CreateView("v", as: "SELECT a FROM t") }
    /// A migration that makes the same schema by other operations.
    private static let retold = Migration("1") {
        table(("b", .text))
        AlterTable("t") { AddColumn("a", .text).nullable() }
    }

    @Test("case 64: an edit that makes the same schema is recorded, and nothing is run", arguments: Backend.available)
    func recorded(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied, Self.second]).up()
            try await database.run("INSERT INTO t (id, a, b) VALUES (1, 'x', 'y')")
            let ledger: SQL = """
                SELECT position, id, applied_at, duration_ms, applied_by, version FROM tc_migrations ORDER BY position
                """
            let before = try await database.values(ledger)
            let migrator = try database.migrator([Self.retold, Self.second])
            let preview = try await migrator.previewRepair()
            #expect(preview.migrations.map(\.id) == ["1"] && preview.isSchemaKnown)
            #expect(preview.unproven == [UnprovenEdit(id: "1", kind: .rows)])
            #expect(try await migrator.status().position.code == "changed")
            #expect(try await migrator.repair() == preview)
            #expect(try await migrator.status().position == .current)
            #expect(try await migrator.drift() == [])
            #expect(try await migrator.repair() == RepairReport())
            #expect(try await database.values(ledger) == before)
            #expect(try await database.values("SELECT a, b FROM t") == [["x", "y"]])
            // After the repair, the original migration counts as edited, and undoing uses the new operations.
            #expect(try await database.migrator([Self.applied, Self.second]).status().position.code == "changed")
            try await database.migrator([Self.retold, Self.second], allowsDataLoss: true).down(.none)
            #expect(try await database.withConnection { try $0.dialect.inspect($0).schema } == Schema())
        }
    }

    @Test("what the schema does not say is told", arguments: Backend.available)
    func unproven(_ backend: Backend) async throws {
        let first = Migration("2") {
            RunSQL("UPDATE t SET a = 'x'", undo: .nothing)
            Run("fill") { _ in }
            AlterTable("t") { AddColumn("c", .text).filling("old") }
        }
        let edited = Migration("2") {
            RunSQL("UPDATE t SET a = 'y'", undo: .nothing)
            Run("fill up") { _ in }
            AlterTable("t") { AddColumn("c", .text).filling("new") }
        }
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied, first]).up()
            try await database.run("INSERT INTO t (id, a, c) VALUES (1, 'x', 'old')")
            let report = try await database.migrator([Self.applied, edited, Self.third]).repair()
            #expect(report.unproven.map(\.kind) == [.script, .dataStep, .rows])
            #expect(try await database.values("SELECT a, c FROM t") == [["x", "old"]])
            #expect(try await database.migrator([Self.applied, edited, Self.third]).up().steps.map(\.id) == ["3"])
        }
    }

    @Test(
        "case 64: an edit that makes another schema is refused, and so is a live schema that differs",
        arguments: Backend.available)
    func refused(_ backend: Backend) async throws {
        let wider = Migration("1") { Self.table(("a", .varchar(9)), ("b", .text)) }
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied, Self.second]).up()
            guard case .otherSchema(let differences) = try await conflict([wider, Self.second], database) else {
                Issue.record("another type")
                return
            }
            #expect(differences.map(\.description) == ["t.a: text here, varchar(9) in the declaration"])
            // The database was altered by hand, with a column that the edit does not declare.
            try await database.run("ALTER TABLE t ADD COLUMN by_hand text")
            guard case .drift(let drift) = try await conflict([Self.retold, Self.second], database) else {
                Issue.record("a column that is there by hand")
                return
            }
            #expect(drift.map(\.description) == ["column t.by_hand exists only in the database"])
        }
    }

    @Test("a ledger that can't be read back, and one that is newer", arguments: Backend.available)
    func unreadable(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied, Self.second]).up()
            let shorter = try database.migrator([Self.retold])
            await #expect(throws: MigratorError.newer(["2"])) { try await shorter.repair() }
            try await database.run("UPDATE tc_migrations SET operations = '[{\"fly\":1}]' WHERE id = '2'")
            #expect(try await conflict([Self.retold, Self.second], database) == .unreadable)
            try await database.run("UPDATE tc_migrations SET operations = 'no JSON' WHERE id = '2'")
            #expect(try await conflict([Self.retold, Self.second], database) == .unreadable)
        }
    }

    @Test("a trigger that a script made, and that the edit makes no more, is drift", arguments: Backend.available)
    func trigger(_ backend: Backend) async throws {
        let words = backend.words(
            sqlite: "CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM t WHERE id < 0; END",
            postgresql: """
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
                CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()
                """)
        let making = Migration("2") { RunSQL(.native(sqlite: words, postgresql: words), undo: .nothing) }
        let empty = Migration("2") { RunSQL("SELECT 1", undo: .nothing) }
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied, making]).up()
            guard case .drift(let drift) = try await conflict([Self.applied, empty], database) else {
                Issue.record("a trigger that nothing makes")
                return
            }
            #expect(drift.contains { $0.description.contains("trigger") }, "\(drift)")
        }
    }

    @Test("of many at once all come to their end, and the ledger is right", arguments: Backend.available)
    func atOnce(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied]).up()
            let migrator = try database.migrator([Self.retold, Self.second])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        if number.isMultiple(of: 2) {
                            try await migrator.repair()
                        } else {
                            // The migration is either refused before the repair or applied after it, and never in part.
                            do { try await migrator.up() } catch let error as MigratorError {
                                #expect(error.code == "changed")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await migrator.up()
            #expect(try await migrator.status().position == .current)
            #expect(try await migrator.drift() == [])
        }
    }

    @Test(
        "a role that may make no scratch schema is told what was not looked at",
        .enabled(if: TestPostgreSQL.isWanted))
    func noScratchPlace() async throws {
        let role = "tc_mender_\(UInt32.random(in: .min ... .max))"
        try await Backend.postgresql.withURL { url in
            try await url.withOpenDatabase(ConnectionOptions(access: .create)) { owner in
                try await owner.migrator([Self.applied, Self.second]).up()
                try await owner.run(
                    "CREATE ROLE \(role) LOGIN; GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO \(role)")
            }
            try await url.with(["user": role]).withOpenDatabase(ConnectionOptions(access: .readWrite)) { database in
                let report = try await database.migrator([Self.retold, Self.second]).repair()
                #expect(!report.isSchemaKnown && report.migrations.map(\.id) == ["1"])
            }
        }
        try await Backend.postgresql.withDatabase { try await $0.run("DROP ROLE IF EXISTS \(role)") }
    }

    /// Expects that a repair is refused and changes nothing, and returns the reason.
    private func conflict(_ migrations: [Migration], _ database: Database) async throws -> EditConflict? {
        let ledger: SQL = "SELECT id, checksum, operations FROM tc_migrations ORDER BY position"
        let before = try await database.values(ledger)
        let migrator = try database.migrator(migrations)
        let preview = try await #require(throws: MigratorError.self) { try await migrator.previewRepair() }
        let error = try await #require(throws: MigratorError.self) { try await migrator.repair() }
        #expect(error == preview && error.code == "edit_matters" && error.remedy != nil)
        #expect(try await database.values(ledger) == before)
        guard case .editMatters(_, let conflict) = error else { return nil }
        return conflict
    }
}
