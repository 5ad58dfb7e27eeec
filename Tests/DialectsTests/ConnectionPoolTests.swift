import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Dialects

/// A value that several tasks share.
private final class Guarded<T: Sendable>: Sendable {
    private let value: Mutex<T>
    init(_ value: T) { self.value = Mutex(value) }
    func withLock<R: Sendable>(_ body: (inout T) -> R) -> R { value.withLock { body(&$0) } }
}

/// Waits until a condition is true. If it never is, the suite's time limit ends the wait.
private func eventually(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(2)) }
}

@Suite(.timeLimit(.minutes(10))) struct ConnectionPoolTests {
    let folder: SQLiteFolder

    init() throws {
        folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
    }

    private func pool(limit: Int, idleTimeout: Duration = .seconds(60)) -> ConnectionPool {
        ConnectionPool(
            driver: SQLiteDriver(path: folder("a.db"), options: ConnectionOptions()), limit: limit,
            idleTimeout: idleTimeout)
    }

    /// Takes the pool's only connection until the gate opens, and does something with it then.
    private func holder(
        of pool: ConnectionPool, until gate: DispatchSemaphore,
        afterwards: @escaping @Sendable (any Connection) throws -> Void = { _ in }
    ) async throws -> Task<Void, any Error> {
        let isHeld = Guarded(false)
        let holder = Task {
            try await pool.withConnection { connection in
                isHeld.withLock { $0 = true }
                gate.wait()
                try afterwards(connection)
            }
        }
        try await eventually { isHeld.withLock { $0 } }
        return holder
    }

    private static let endless: SQL =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    @Test func idleConnectionIsUsedAgainOnItsThread() async throws {
        let pool = pool(limit: 4)
        let first = try await pool.withConnection { (ObjectIdentifier($0), pthread_self()) }
        let second = try await pool.withConnection { (ObjectIdentifier($0), pthread_self()) }
        #expect(first == second)
        await pool.close()
    }

    @Test func asManyRunAtOnceAsTheLimitAllows() async throws {
        let pool = pool(limit: 3)
        let running = Guarded((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    try await pool.withConnection { connection in
                        running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                        _ = try connection.values("SELECT a FROM t")
                        // Each task stays until the limit has been reached once, which takes a while on a busy machine.
                        for _ in 0..<2_000 where running.withLock({ $0.most }) < 3 { usleep(5_000) }
                        running.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.withLock { $0.most } == 3)
        await pool.close()
    }

    @Test func connectionsThatNobodyNeedsAreClosed() async throws {
        let pool = pool(limit: 3, idleTimeout: .milliseconds(20))
        for _ in 0..<3 {
            let running = Guarded(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await pool.withConnection { _ in
                            running.withLock { $0 += 1 }
                            while running.withLock({ $0 }) < 3 { usleep(1_000) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually { pool.figures.open == 1 && pool.figures.idle == 1 }
        }
        let first = try await pool.withConnection { ObjectIdentifier($0) }
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await pool.withConnection { ObjectIdentifier($0) } == first)
        await pool.close()
        #expect(pool.figures.open == 0)
    }

    @Test func idleConnectionsMayStayForEver() async throws {
        let database = try Database(
            DatabaseURL(parsing: "sqlite:\(folder("a.db"))"), options: ConnectionOptions(idleTimeout: .infinity))
        #expect(try await database.withConnection { try $0.values("SELECT 1") } == [[1]])
        await database.close()
    }

    @Test func whoAsksFirstIsServedFirst() async throws {
        let pool = pool(limit: 1)
        let order = Guarded<[Int]>([])
        let gate = DispatchSemaphore(value: 0)
        let holding = try await holder(of: pool, until: gate)
        var waiters: [Task<Void, any Error>] = []
        for number in 0..<5 {
            waiters.append(Task { try await pool.withConnection { _ in order.withLock { $0.append(number) } } })
            try await eventually { pool.figures.waiting == number + 1 }
        }
        // A cancelled waiter leaves the queue, and the others move up.
        waiters[2].cancel()
        await #expect(throws: CancellationError.self) { try await waiters[2].value }
        #expect(order.withLock { $0 } == [])
        gate.signal()
        try await holding.value
        for number in [0, 1, 3, 4] { try await waiters[number].value }
        #expect(order.withLock { $0 } == [0, 1, 3, 4])
        await pool.close()
    }

    @Test func transactionLeftOpenIsRolledBack() async throws {
        let pool = pool(limit: 1)
        try await pool.withConnection { connection in
            try connection.begin()
            try connection.execute("INSERT INTO t VALUES (2)")
        }
        let seen = try await pool.withConnection { ($0.isInTransaction, try $0.queryValue("SELECT count(*) FROM t")) }
        #expect(seen == (false, 1))
        await pool.close()
    }

    @Test func lostConnectionIsReplacedAlsoForWhoWaits() async throws {
        let pool = pool(limit: 1)
        let gate = DispatchSemaphore(value: 0)
        let first = try await holder(of: pool, until: gate) { connection in
            try connection.execute("CREATE TEMP TABLE mine (a)")
            throw DatabaseError(.lost, "the server went away")
        }
        let second = Task {
            try await pool.withConnection { try $0.queryValue("SELECT count(*) FROM temp.sqlite_schema") }
        }
        try await eventually { pool.figures.waiting == 1 }
        gate.signal()
        await #expect(throws: DatabaseError.self) { try await first.value }
        #expect(try await second.value == 0)
        await pool.close()
    }

    @Test func failureToConnectFreesThePlace() async throws {
        let missing = folder("later.db")
        let pool = ConnectionPool(
            driver: SQLiteDriver(path: missing, options: ConnectionOptions()), limit: 1, idleTimeout: .seconds(60))
        for _ in 0..<3 {
            await #expect(throws: DatabaseError.self) { try await pool.withConnection { _ in } }
        }
        try folder.makeDatabase("later.db")
        #expect(try await pool.withConnection { try $0.queryValue("SELECT a FROM t") } == 1)
        await pool.close()
    }

    @Test func cancellingTheTaskInterruptsTheStatement() async throws {
        let pool = pool(limit: 1)
        let isRunning = Guarded(false)
        let task = Task {
            try await pool.withConnection { connection in
                isRunning.withLock { $0 = true }
                _ = try connection.values(Self.endless)
            }
        }
        try await eventually { isRunning.withLock { $0 } }
        task.cancel()
        let error = await #expect(throws: DatabaseError.self) { try await task.value }
        #expect(error?.kind == .interrupted)
        #expect(try await pool.withConnection { try $0.values("SELECT 1") } == [[1]])
        await pool.close()
    }

    @Test func cancellationBetweenTwoStatementsStopsTheNext() async throws {
        let pool = pool(limit: 1)
        let isRunning = Guarded(false)
        let gate = DispatchSemaphore(value: 0)
        let task = Task {
            try await pool.withConnection { connection in
                try connection.begin()
                try connection.execute("INSERT INTO t VALUES (2)")
                isRunning.withLock { $0 = true }
                gate.wait()
                try connection.execute("INSERT INTO t VALUES (3)")
                try connection.commit()
            }
        }
        try await eventually { isRunning.withLock { $0 } }
        task.cancel()
        gate.signal()
        let error = await #expect(throws: DatabaseError.self) { try await task.value }
        #expect(error?.kind == .interrupted)
        #expect(try await pool.withConnection { try $0.queryValue("SELECT count(*) FROM t") } == 1)
        await pool.close()
    }

    @Test func interruptThatCameTooLateStopsNobodyElse() async throws {
        let pool = pool(limit: 1)
        let task = Task {
            try await pool.withConnection { connection in
                withUnsafeCurrentTask { $0?.cancel() }
                return ObjectIdentifier(connection)
            }
        }
        let first = try await task.value
        let next = try await pool.withConnection { connection in
            _ = try connection.values("SELECT 1")
            return ObjectIdentifier(connection)
        }
        #expect(first == next)
        await pool.close()
    }

    @Test func cancelledTaskGetsNoConnection() async throws {
        let pool = pool(limit: 1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await pool.withConnection { _ in _ = Issue.record("the body ran") }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        await pool.close()
    }

    @Test func closeRefusesWhoComesLaterAndWhoWaits() async throws {
        let pool = pool(limit: 1)
        let gate = DispatchSemaphore(value: 0)
        let holding = try await holder(of: pool, until: gate)
        let waiter = Task { try await pool.withConnection { _ in } }
        try await eventually { pool.figures.waiting == 1 }
        await pool.close()
        await #expect(throws: DatabaseError.self) { try await waiter.value }
        gate.signal()
        try await holding.value
        await #expect(throws: DatabaseError.self) { try await pool.withConnection { _ in } }
        // The last connection to a WAL database removes the -wal when it closes.
        #expect(try folder.contents().keys.sorted() == ["a.db"])
    }

    @Test func threadsEndWithTheirPool() async throws {
        func threads() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count }
        let before = try threads()
        for _ in 0..<200 {
            let pool = pool(limit: 1)
            try await pool.withConnection { _ in }
            await pool.close()
        }
        // Other tests run threads of their own meanwhile, so the number is only approximate.
        try await eventually { (try? threads()).map { $0 < before + 50 } ?? false }
    }
}
