import Dialects
import Migrator
import TestSupport
import Testing

@Suite("plan: a rebuild as a script")
struct RebuildScriptTests {
    private static let migrations = [
        Migration("1-tree") {
            CreateTable("odd \"name\"") {
                Column("id", .bigint).identity().primaryKey()
                Column("n", .text)
                Column("note", .text).nullable()
                Index(.descending("n")).where("note IS NOT NULL").named("by_n")
            }
            CreateTable("c") {
                Column("id", .bigint).primaryKey()
                Column("pid", .bigint).references("odd \"name\"", onDelete: .cascade)
            }
            CreateView("v", as: "SELECT id, n FROM \"odd \"\"name\"\"\"")
        },
        Migration("2-rows") {
            RunSQL("INSERT INTO \"odd \"\"name\"\"\" (n) VALUES ('1'), ('2'), ('3')", undo: .nothing)
            RunSQL("DELETE FROM \"odd \"\"name\"\"\" WHERE n = '3'", undo: .nothing)
            RunSQL("INSERT INTO c VALUES (1, 1), (2, 1)", undo: .nothing)
        },
        Migration("3-rebuild") { AlterTable("odd \"name\"") { ChangeColumn("n").type(.integer) } },
    ]

    private static let failing = [
        Migration("4-fails") { AlterTable("odd \"name\"") { ChangeColumn("note").required() } },
        Migration("5-never") { CreateTable("never") { Column("id", .bigint).primaryKey() } },
    ]

    /// Returns the script of all migrations but the first `applied` ones.
    private func script(_ migrations: [Migration], after applied: Int = 0, _ backend: Backend) throws -> String {
        let history = try History(migrations)
        let dialect = backend.dialect
        return dialect.script(try history.planUp(applied: applied).scriptSteps(in: dialect, history, version: ""))
    }

    private func inspect(_ url: String) throws -> Inspection {
        let connection = try connect(to: try DatabaseURL(parsing: url))
        defer { connection.close() }
        return try connection.dialect.inspect(connection)
    }

    private let rows = [
        "SELECT n FROM v ORDER BY id", "SELECT note FROM \"odd \"\"name\"\"\"", "SELECT pid FROM c",
        "SELECT id FROM tc_migrations ORDER BY position",
    ]

    @Test("the shell makes what up makes", arguments: Backend.available)
    func sameAsUp(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let run = try await shell(backend, try script(Self.migrations, backend), box, url)
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            try await backend.withDatabase { database in
                try await Migrator(history: try History(Self.migrations), database: database).up()
                let (expected, found) = try await database.withConnection { connection in
                    (
                        try connection.dialect.inspect(connection),
                        try rows.map { try connection.values(SQL(trusted: $0)).map { $0[0].text ?? "" } }
                    )
                }
                #expect(try inspect(url) == expected)
                #expect(try rows.map { try query($0, on: url) } == found)
            }
            try execute("INSERT INTO \"odd \"\"name\"\"\" (n) VALUES (9)", on: url)
            #expect(try query("SELECT max(id) FROM v", on: url) == ["4"])
        }
    }

    @Test("a script that ends in a comment takes nothing of what follows with it", arguments: Backend.available)
    func comment(_ backend: Backend) async throws {
        let migrations = [
            Migration("1-noted") {
                CreateTable("t") { Column("n", .integer) }
                RunSQL("INSERT INTO t VALUES (1) -- the first", undo: .nothing)
                RunSQL("INSERT INTO t VALUES (2) -- the second\n", undo: .nothing)
                RunSQL("INSERT INTO t VALUES (3) /* -- the third */", undo: .nothing)
            }
        ]
        try await withDatabase(backend) { box, url in
            let run = try await shell(backend, try script(migrations, backend), box, url)
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            #expect(try query("SELECT n FROM t ORDER BY n", on: url) == ["1", "2", "3"])
        }
    }

    @Test("the shell stops where a rebuild fails, and what was there stays", arguments: Backend.available)
    func stopsAtFailure(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let made = try await shell(backend, try script(Self.migrations, backend), box, url)
            #expect(made.ending == .exit(0), "\(made)")
            let before = try inspect(url)
            let contents = try rows.map { try query($0, on: url) }
            let rest = try script(Self.migrations + Self.failing, after: Self.migrations.count, backend)
            let run = try await shell(backend, rest, box, url)
            #expect(run.ending != .exit(0), "\(run)")
            #expect(run.error.contains("note"), "\(run)")
            #expect(try inspect(url) == before)
            #expect(try rows.map { try query($0, on: url) } == contents)
        }
    }
}
