import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Behind PgBouncer", .enabled(if: PgBouncer.isWanted, "pgbouncer is not installed"))
struct PgBouncerTests {
    private static let history = [
        Migration("1") { CreateTable("t") { Column("id", .bigint).primaryKey() } },
        Migration("2") { RunSQL("INSERT INTO t VALUES (1)", undo: .script("DELETE FROM t")) },
    ]

    private static let locks: SQL = """
        SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """

    private func behind(
        _ settings: String, _ body: (_ pooled: DatabaseURL, _ direct: DatabaseURL) async throws -> Void
    ) async throws {
        try await TestPostgreSQL.withFreshDatabase { direct in
            try await PgBouncer.run(settings) { pooler in try await body(try pooler.url(of: direct), direct) }
        }
    }

    private func open(_ url: DatabaseURL) throws -> Database {
        try Database(url, options: ConnectionOptions(access: .create, isOwned: true))
    }

    @Test(
        "a pool that shares sessions is refused at the door, and nothing of ours is left in them",
        arguments: [
            "pool_mode = transaction", "pool_mode = transaction\ndefault_pool_size = 1",
            "pool_mode = transaction\nserver_round_robin = 1\nmin_pool_size = 5", "pool_mode = statement",
        ])
    func shared(_ settings: String) async throws {
        try await behind(settings) { pooled, direct in
            for _ in 0..<3 {
                let database = try open(pooled)
                let error = await #expect(throws: DatabaseError.self) {
                    try await database.migrator(Self.history).up()
                }
                #expect(error?.kind == .pooled)
                #expect(error?.remedy?.contains("pool in session mode") == true)
                await database.close()
            }
            let server = try open(direct)
            #expect(try await server.values(Self.locks).isEmpty)
            #expect(try await server.withConnection { try $0.hasTable("tc_migrations") } == false)
            await server.close()
            // Another program finds the server's own settings in the pooler's sessions.
            let psql = try connectByHand(to: pooled)
            #expect(psql == "0/UTC\n" || psql == "0/Etc/UTC\n", "\(psql)")
        }
    }

    @Test("a pool that is used by others at the time is refused all the same")
    func busy() async throws {
        try await behind("pool_mode = transaction\ndefault_pool_size = 4") { pooled, _ in
            let others = try (0..<3).map { _ in try Stranger(to: pooled, "SELECT pg_sleep(0.01)") }
            defer { others.forEach { $0.stop() } }
            for _ in 0..<10 {
                let database = try open(pooled)
                let error = await #expect(throws: DatabaseError.self) {
                    try await database.migrator(Self.history).up()
                }
                #expect(error?.kind == .pooled)
                await database.close()
            }
        }
    }

    @Test(
        "a pool in session mode works, and no lock stays",
        arguments: ["pool_mode = session", "pool_mode = session\ndefault_pool_size = 1"])
    func session(_ settings: String) async throws {
        try await behind(settings) { pooled, direct in
            let database = try open(pooled)
            let migrator = try database.migrator(Self.history)
            #expect(try await migrator.up().steps.count == 2)
            #expect(try await migrator.drift().isEmpty)
            #expect(try await migrator.down().steps.count == 1)
            await database.close()
            let server = try open(direct)
            #expect(try await server.values(Self.locks).isEmpty)
            #expect(try await server.count("t") == 0)
            await server.close()
        }
    }

    @Test("without one in between nothing is asked twice")
    func direct() async throws {
        try await TestPostgreSQL.withFreshDatabase { direct in
            let database = try open(direct)
            #expect(try await database.migrator(Self.history).up().steps.count == 2)
            let sessions: SQL = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            #expect(try await database.values(sessions) == [[1]])
            await database.close()
        }
    }
}
