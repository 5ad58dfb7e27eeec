import Dialects
import Testing

/// Tests databases in memory, which are one database however many ask at once.
struct MemoryDatabaseTests {
    @Test func manyAtOnceSeeTheSameTables() async throws {
        let database = try Database(
            DatabaseURL(parsing: "sqlite::memory:"), options: ConnectionOptions(poolSize: 4, idleTimeout: 0))
        _ = try await database.withConnection { try $0.execute("CREATE TABLE t (n INTEGER)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for n in 0..<20 {
                group.addTask {
                    _ = try await database.withConnection { try $0.execute("INSERT INTO t VALUES (\(n))") }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.withConnection { try $0.queryValue("SELECT count(*) FROM t") } == .integer(20))
        await database.close()
    }
}
