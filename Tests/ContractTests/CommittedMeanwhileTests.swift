import Dialects
import Migrator
import TestSupport
import Testing

@Suite(
    "A row that another session commits while a migration waits for its table",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct CommittedMeanwhileTests {
    private static let table = Migration("1") {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("n", .real).nullable()
        }
    }

    /// Migrations each of which would lose the row or its value.
    static let losing = [
        Migration("2-drop") { DropTable("t") },
        Migration("2-drop-column") { AlterTable("t") { DropColumn("n") } },
        Migration("2-retype") { AlterTable("t") { ChangeColumn("n").type(.bigint) } },
        // A migration with a script is not begun again, but waits for as long as it may.
        Migration("2-script") {
            RunSQL("DELETE FROM t WHERE id < 0", undo: .nothing)
            AlterTable("t") { DropColumn("n") }
        },
    ]

    private static let waiting: SQL = """
        SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND relation = 't'::regclass
        """

    /// Inserts a row, runs `body`, commits the row when `body` waits for the table, and expects that `body` is refused for one row.
    private func expectRefusal(
        _ url: DatabaseURL, inserting values: String, _ body: @escaping @Sendable () async throws -> MigrationReport
    ) async throws {
        let holder = try connect(to: url)
        defer { holder.close() }
        let watcher = try connect(to: url)
        defer { watcher.close() }
        try holder.executeScript("BEGIN; INSERT INTO t VALUES (\(values))")
        let migrated = Task { try await body() }
        while try watcher.queryValue(Self.waiting)?.integer == 0 { try await Task.sleep(for: .milliseconds(10)) }
        try holder.commit()
        let error = await #expect(throws: MigratorError.self) { try await migrated.value }
        #expect(error?.measured.map(\.rows) == [1], "\(String(describing: error))")
        #expect(try watcher.queryValue("SELECT count(n) FROM t")?.integer == 1)
    }

    private func withTable(
        _ migrations: [Migration], waiting seconds: Double = 60,
        _ body: (DatabaseURL, Migrator) async throws -> Void
    ) async throws {
        try await Backend.postgresql.withURL { url in
            let options = ConnectionOptions(access: .create, lockTimeout: seconds, isOwned: true)
            try await url.withOpenDatabase(options) { database in
                try await database.migrator([Self.table]).up()
                try await body(url, try database.migrator([Self.table] + migrations))
            }
        }
    }

    @Test("is counted, and not lost without consent", .mayHang, arguments: losing)
    func counted(_ migration: Migration) async throws {
        try await withTable([migration]) { url, migrator in
            try await expectRefusal(url, inserting: "1, 1.5") { try await migrator.up() }
            #expect(try await migrator.status().lines.map(\.state) == [.applied, .pending])
        }
    }

    /// The server makes an integer of such a text, which no other program would read as one.
    @Test("a text that the server itself would convert is counted", .mayHang)
    func convertedText() async throws {
        let text = Migration("2") { AlterTable("t") { ChangeColumn("n").type(.text) } }
        let number = Migration("3") { AlterTable("t") { ChangeColumn("n").type(.integer) } }
        try await withTable([text, number]) { url, migrator in
            try await migrator.up(to: "2")
            try await expectRefusal(url, inserting: #"1, E'5\n'"#) { try await migrator.up() }
            #expect(try await migrator.status().lines.map(\.state) == [.applied, .applied, .pending])
        }
    }

    /// The rights to change rows are the ones that `LOCK TABLE` asks for, also from the owner. An administrator may keep everybody from
    /// PL/pgSQL.
    @Test(
        "an owner who may not change the rows, or use PL/pgSQL, gets the lock", .mayHang,
        arguments: ["UPDATE, DELETE, TRUNCATE ON t FROM", "USAGE ON LANGUAGE plpgsql FROM PUBLIC,"])
    func ownerWithoutRights(_ right: String) async throws {
        try await SchemaOwner.with { owner in
            try await owner.database.migrator([Self.table]).up()
            try await owner.administrator.run(
                "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; REVOKE \(right) \(owner.name)")
            let migrator = try owner.database.migrator([Self.table, Self.losing[1]])
            let blocking = try await migrator.preview().blocking
            #expect(blocking.map(\.lock.meanwhile) == ["values of n are counted"])
            #expect(try await migrator.up().steps.map(\.id) == ["2-drop-column"])
        }
    }

    @Test("is counted on the way back, too", .mayHang)
    func countedOnTheWayBack() async throws {
        let second = Migration("2") { AlterTable("t") { AddColumn("later", .text).nullable() } }
        try await withTable([second]) { url, migrator in
            try await migrator.up()
            try await expectRefusal(url, inserting: "1, 1.5, 'x'") { try await migrator.down() }
            #expect(try await migrator.status().lines.map(\.state) == [.applied, .applied])
        }
    }

    @Test("the migration gives way to that session, and goes on when the row is taken back", .mayHang)
    func givesWay() async throws {
        try await withTable([Migration("2") { DropTable("t") }]) { url, migrator in
            let holder = try connect(to: url)
            defer { holder.close() }
            try holder.executeScript("BEGIN; INSERT INTO t VALUES (1, 1.5)")
            // The migration waits while it reports the event, so nothing else uses the session at that time.
            nonisolated(unsafe) let session = holder
            let report = try await migrator.up { event in
                guard case .gaveWay("2", let holders) = event else { return }
                #expect(holders.first?.table == "t")
                try? session.rollback()
            }
            #expect(report.steps.map(\.id) == ["2"])
        }
    }
}
