import Foundation
import Dialects
import Migrator
import TestSupport
import Testing

@Suite("a migrator that finds another one at work")
struct MigratorWaitTests {
    @Test(
        "waits for it as long as its own options say, not only as long as a statement may wait", .mayHang
    )
    func patience() async throws {
        try await Backend.sqlite.withURL { url in
            let impatient = ConnectionOptions(access: .create, lockTimeout: 0.05)
            let (database, other) = (try Database(url, options: impatient), try Database(url, options: impatient))
            let history = try History([
                Migration("0001-t") { CreateTable("t") { Column("id", .bigint).primaryKey() } }
            ])
            let migration = try await other.withConnection { connection in
                try connection.begin()
                let migration = Task {
                    try await Migrator(
                        history: history, database: database, options: Migrator.Options(lockTimeout: 120)
                    ).up()
                }
                // Longer than a statement may wait.
                Thread.sleep(forTimeInterval: 2)
                try connection.commit()
                return migration
            }
            #expect(try await migration.value.steps.map(\.id) == ["0001-t"])
            await database.close()
            await other.close()
        }
    }

    @Test(
        "a preview that waits for a table says who holds it, while it waits", .mayHang,
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func whoHoldsIt() async throws {
        try await Backend.postgresql.withURL { url in
            let database = try Database(url)
            let history = try History([
                Migration("0001-t") {
                    CreateTable("t") {
                        Column("id", .bigint).primaryKey()
                        Column("a", .text).nullable()
                    }
                },
                Migration("0002-without-a") { AlterTable("t") { DropColumn("a") } },
            ])
            let migrator = Migrator(history: history, database: database)
            try await migrator.up(to: "0001-t")
            let holder = try connect(to: url)
            defer { holder.close() }
            let process = try #require(holder.serverProcess)
            try holder.begin()
            try holder.execute("LOCK TABLE t")
            let (told, tell) = AsyncStream<[LockHolder]>.makeStream()
            let preview = Task { try await migrator.preview { holders in tell.yield(holders) } }
            for await holders in told {
                #expect(holders.map(\.process) == [process])
                #expect(holders.map(\.table) == ["t"])
                break
            }
            try holder.rollback()
            #expect(try await preview.value.steps.map(\.id) == ["0002-without-a"])
            await database.close()
        }
    }

    @Test("nothing is made by what only reads: status, preview, drift and a start that only checks")
    func onlyReading() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/new/app.db"
            let database = try Database(
                DatabaseURL(sqlitePath: path), options: ConnectionOptions(access: .create, isOwned: true))
            let history = try History([
                Migration("0001-t") { CreateTable("t") { Column("id", .bigint).primaryKey() } }
            ])
            let migrator = Migrator(history: history, database: database)
            #expect(try await migrator.status().position == .behind(["0001-t"]))
            #expect(try await migrator.preview().steps.map(\.id) == ["0001-t"])
            #expect(try await migrator.drift().isEmpty)
            await #expect(throws: MigratorError.behind(["0001-t"])) { try await migrator.start(.refuseIfBehind) }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/new"))
            try await migrator.up()
            #expect(FileManager.default.fileExists(atPath: path))
            await database.close()
        }
    }

    /// Between two steps as well as while it waits for its lock: what was read of the database before counts no more.
    @Test("a transfer that has begun and broken off meanwhile ends it", arguments: Backend.available)
    func transferMeanwhile(_ backend: Backend) async throws {
        try await backend.withURL { url in
            try await url.withOpenDatabase(ConnectionOptions(access: .create, isOwned: true)) { database in
                let migrator = try database.migrator([
                    Migration("1") { CreateTable("t") { Column("id", .bigint).primaryKey() } },
                    Migration("2") { CreateTable("u") { Column("id", .bigint).primaryKey() } },
                ])
                let error = await #expect(throws: UnfinishedTransfer.self) {
                    try await migrator.up { event in
                        guard case .finished("1", .up, _) = event else { return }
                        do { try Self.leaveMark(in: url) } catch { Issue.record(error) }
                    }
                }
                #expect(error?.source == "sqlite:/source.db" && error?.isRunning == false)
                #expect(try await database.withConnection { try $0.hasTable("t") && !$0.hasTable("u") })
            }
        }
    }

    private static func leaveMark(in url: DatabaseURL) throws {
        let other = try connect(to: url)
        defer { other.close() }
        try other.executeScript(
            """
            CREATE TABLE tc_transfers (source text, started_at timestamp with time zone, state text);
            INSERT INTO tc_transfers VALUES ('sqlite:/source.db', '2026-01-01 00:00:00.000000Z', 'loading')
            """)
    }
}
