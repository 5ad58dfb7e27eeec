import Migrator
import TestSupport
import Testing

/// What is known to be refused is said in advance. A way back over several migrations is refused before its first step if a later one
/// is known to be refused.
@Suite("what will be refused")
struct ForecastTests {
    private static let first = Migration("1") { CreateTable("t") { Column("id", .bigint).primaryKey() } }
    private static let last = Migration("3") { CreateTable("v") { Column("id", .bigint).primaryKey() } }

    /// The second of three migrations makes the table `u` and runs a script.
    private func migrations(_ script: SQLExpression, undo: SQLExpression) -> [Migration] {
        let second = Migration("2") {
            CreateTable("u") { Column("id", .bigint).primaryKey() }
            RunSQL(script, undo: .script(undo))
        }
        return [Self.first, second, Self.last]
    }

    private func isWhole(_ database: Database) async throws -> Bool {
        try await database.withConnection { try $0.hasTable("u") && $0.hasTable("v") }
    }

    @Test("rows that no script on the way names are asked for before anything is undone", arguments: Backend.available)
    func rows(_ backend: Backend) async throws {
        let trigger = SQLExpression.native(
            sqlite: "CREATE TRIGGER kept AFTER INSERT ON u BEGIN SELECT 1; END",
            postgresql: "CREATE RULE kept AS ON DELETE TO u WHERE OLD.id < 0 DO ALSO NOTHING")
        let migrations = migrations(
            trigger, undo: .native(sqlite: "DROP TRIGGER kept", postgresql: "DROP RULE kept ON u"))
        try await backend.withDatabase { database in
            let migrator = try database.migrator(migrations)
            try await migrator.up()
            try await database.run("INSERT INTO u VALUES (1)")
            let error = await #expect(throws: MigratorError.self) { try await migrator.down(.to("1")) }
            guard case .dataLoss("2", _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try await isWhole(database))
        }
    }

    @Test(
        "rows that a script on the way removes need no consent, and the preview says so", arguments: Backend.available)
    func removed(_ backend: Backend) async throws {
        let migrations = migrations("INSERT INTO u VALUES (1)", undo: "DELETE FROM u")
        try await backend.withDatabase { database in
            let migrator = try database.migrator(migrations)
            try await migrator.up()
            #expect(try await migrator.preview(down: .to("1")).hazards.map(\.mayBeGone) == [true])
            #expect(try await migrator.down(.to("1")).steps.map(\.id) == ["3", "2"])
        }
    }

    @Test("all tables whose rows a later step would lose are named at once", arguments: Backend.available)
    func several(_ backend: Backend) async throws {
        let second = Migration("2") {
            CreateTable("u") { Column("id", .bigint).primaryKey() }
            CreateTable("w") { Column("id", .bigint).primaryKey() }
        }
        try await backend.withDatabase { database in
            let migrator = try database.migrator([Self.first, second, Self.last])
            try await migrator.up()
            try await database.run("INSERT INTO u VALUES (1); INSERT INTO w VALUES (1)")
            let error = await #expect(throws: MigratorError.self) { try await migrator.down(.to("1")) }
            guard case .dataLoss("2", let lost)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(lost.map(\.hazard.table).sorted() == ["u", "w"])
        }
    }

    @Test("what code in a script may remove on the way is not in the way", arguments: Backend.available)
    func code(_ backend: Backend) async throws {
        let undo = SQLExpression.native(
            sqlite: "DROP VIEW strange; DELETE FROM u",
            postgresql: "ANALYZE t; DO $$ BEGIN DROP VIEW strange; DELETE FROM u; END $$")
        let migrations = migrations("CREATE VIEW strange AS SELECT id FROM u", undo: undo)
        try await backend.withDatabase { database in
            let migrator = try database.migrator(migrations)
            try await migrator.up()
            try await database.run("INSERT INTO u VALUES (1)")
            #expect(try await migrator.preview(down: .to("1")).hazards.map(\.mayBeGone) == [true])
            #expect(try await migrator.down(.to("1")).steps.map(\.id) == ["3", "2"])
        }
    }

    @Test("an undeclared view that a later step would lose is in the way of all", arguments: Backend.available)
    func undeclared(_ backend: Backend) async throws {
        let migrations = migrations("CREATE INDEX u_again ON u (id)", undo: "DROP INDEX u_again")
        try await backend.withDatabase { database in
            let migrator = try database.migrator(migrations, allowsDataLoss: true)
            try await migrator.up()
            try await database.run("CREATE VIEW strange AS SELECT id FROM u")
            let error = await #expect(throws: MigratorError.self) { try await migrator.down(.to("1")) }
            guard case .cannotLower("2", _, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try await isWhole(database))
        }
    }

    @Test("a preview names the undeclared table that is in the way of a new one", arguments: Backend.available)
    func namesake(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.first]).up()
            try await database.run("CREATE TABLE v (other bigint)")
            let migrator = try database.migrator([Self.first, Self.last])
            #expect(try await migrator.preview().refusals.map(\.place) == ["v"])
            let failure = await #expect(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure?.cause.kind == .exists)
        }
    }

    @Test("so does it of a new name, and of a new view's", arguments: Backend.available)
    func newNames(_ backend: Backend) async throws {
        let second = Migration("2") { RenameTable("t", to: "v") }
        let third = Migration("3") { CreateView("w", as: "SELECT id FROM v") }
        try await backend.withDatabase { database in
            try await database.migrator([Self.first]).up()
            try await database.run("CREATE TABLE v (other bigint); CREATE TABLE w (other bigint)")
            let preview = try await database.migrator([Self.first, second, third]).preview()
            #expect(preview.refusals.map(\.place) == ["v", "w"])
        }
    }

    @Test("an undeclared table that a script renames is not in the way", arguments: Backend.available)
    func renamedAside(_ backend: Backend) async throws {
        let second = Migration("2") {
            RunSQL("ALTER TABLE v RENAME TO aside", undo: .script("ALTER TABLE aside RENAME TO v"))
        }
        try await backend.withDatabase { database in
            try await database.migrator([Self.first]).up()
            try await database.run("CREATE TABLE v (other bigint)")
            let migrator = try database.migrator([Self.first, second, Self.last])
            #expect(try await migrator.preview().refusals.isEmpty)
            #expect(try await migrator.up().steps.map(\.id) == ["2", "3"])
        }
    }

    @Test(
        "of keys over values that do not fit, a preview says as little as the migration", arguments: Backend.available)
    func keysOfUnfitValues(_ backend: Backend) async throws {
        let table = Migration("1") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("n", .text).nullable()
            }
        }
        let number = Migration("2") {
            AlterTable("t") {
                ChangeColumn("n").type(.integer)
                Add(Unique("n"))
            }
        }
        try await backend.withDatabase { database in
            try await database.migrator([table]).up()
            try await database.run("INSERT INTO t VALUES (1, 'x'), (2, 'x')")
            let migrator = try database.migrator([table, number])
            let error = await #expect(throws: MigratorError.self) { try await migrator.up() }
            #expect(error?.measured.map(\.hazard.kind) == [.doesNotFit(.integer)])
            #expect(try await migrator.preview().hazards == error?.measured)
        }
    }
}
