import Dialects
import TestSupport
import Testing

@Suite("The session that holds a lock for others")
struct LockSessionTests {
    @Test(
        "is none of the pool's, so that a pool of one is enough", .mayHang, arguments: Backend.available)
    func besideThePool(_ backend: Backend) async throws {
        try await backend.withURL { url in
            let database = try Database(url, options: ConnectionOptions(access: .create, poolSize: 1))
            let seven = try await database.withLock(AdvisoryLock("pool"), waiting: 10) {
                try await database.withConnection { try $0.queryValue("SELECT 7") }
            }
            #expect(seven == .integer(7))
            await database.close()
        }
    }

    @Test(
        "is not ended as idle by its server", .mayHang,
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func idle() async throws {
        let options = ConnectionOptions(silence: Silence(ofClient: 1.5))
        try await TestPostgreSQL.withFreshDatabase { url in
            let (holder, other) = (try Database(url, options: options), try Database(url))
            let lock = AdvisoryLock("idle")
            try await holder.withLock(lock, waiting: 10) {
                try await Task.sleep(for: .seconds(4))
                let isHeld = try await other.withConnection { try $0.isHeld(lock) }
                #expect(isHeld)
            }
            await holder.close()
            await other.close()
        }
    }

    @Test(
        "that ends too early is an error, since another program may have had the lock", .mayHang,
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func ended() async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            let database = try Database(url)
            let error = await #expect(throws: DatabaseError.self) {
                try await database.withLock(AdvisoryLock("work"), waiting: 10) {
                    try await database.withConnection { connection in
                        _ = try connection.query(
                            """
                            SELECT pg_terminate_backend(pid, 10000) FROM pg_locks
                            WHERE locktype = 'advisory' AND database = \
                                (SELECT oid FROM pg_database WHERE datname = current_database())
                            """)
                    }
                }
            }
            #expect(error?.kind == .lost)
            #expect(error?.message == "the session that held the lock work ended before the work under the lock did")
            await database.close()
        }
    }

    /// Ctrl-C may come at any time: while the lock is requested, at the moment when it is acquired, or later.
    @Test(
        "lets go of it whenever its caller is cancelled", .timeLimit(.minutes(10)), arguments: Backend.available)
    func cancelled(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let lock = AdvisoryLock("cancelled")
            for round in 0..<60 {
                let holder = Task {
                    try await database.withLock(lock, waiting: 10) { try? await Task.sleep(for: .seconds(600)) }
                }
                try await Task.sleep(for: .microseconds(round * 100))
                holder.cancel()
                _ = await holder.result
            }
            #expect(try await database.withLock(lock, waiting: 10) { 7 } == 7)
        }
    }
}
