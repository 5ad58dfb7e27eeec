import Dispatch
import Synchronization
import Testing

@testable import Dialects
import TestSupport

@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLLockTests {
    private let lock = AdvisoryLock("migrations")

    private func withTwoConnections(_ body: (any Connection, any Connection) throws -> Void) throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let first = try connect(to: url, ConnectionOptions(applicationName: "first"))
            let second = try connect(to: url, ConnectionOptions(applicationName: "second"))
            defer { [first, second].forEach { $0.close() } }
            try body(first, second)
        }
    }

    @Test func aHeldLockNamesItsHolder() throws {
        try withTwoConnections { first, second in
            let process = try #require(try first.queryValue("SELECT pg_backend_pid()")?.text)
            try first.withLock(lock, waiting: 1) {
                let error = #expect(throws: DatabaseError.self) { try second.withLock(lock, waiting: 0.2) {} }
                #expect(error?.kind == .locked)
                #expect(
                    error?.message.hasPrefix(
                        "the lock migrations is held by process \(process) (first, from this host, connected for ")
                        == true)
                #expect(error?.remedy?.contains("pg_terminate_backend(\(process))") == true)
                try second.withLock(AdvisoryLock("another"), waiting: 0) {}
            }
            let seven = try second.withLock(lock, waiting: 0) { 7 }
            #expect(seven == 7)
        }
    }

    @Test func waitingEndsWhenTheHolderIsDone() throws {
        try withTwoConnections { first, second in
            let holder = first.interrupter
            // The holder's statement is interrupted on its own thread, and the lock is released at the end of its scope.
            nonisolated(unsafe) let first = first
            let events = Mutex<[String]>([])
            let end = Mutex<DatabaseError?>(nil)
            let isHeld = DispatchSemaphore(value: 0)
            let holding = DispatchGroup()
            DispatchQueue.global().async(group: holding) {
                // Without the lock too the test goes on, and fails.
                defer { isHeld.signal() }
                let error = databaseError {
                    try first.withLock(AdvisoryLock("migrations"), waiting: 1) {
                        defer { events.withLock { $0.append("given up") } }
                        events.withLock { $0.append("held") }
                        isHeld.signal()
                        try first.execute("SELECT pg_sleep(60)")
                    }
                }
                end.withLock { $0 = error }
            }
            defer {
                holder.interrupt()
                holding.wait()
            }
            isHeld.wait()
            #expect(databaseError { try second.withLock(lock, waiting: 0) {} }?.kind == .locked)
            DispatchQueue.global().asyncAfter(deadline: .now() + 0.3) { holder.interrupt() }
            try second.withLock(lock, waiting: 30) { events.withLock { $0.append("taken") } }
            holding.wait()
            let (error, order) = (end.withLock { $0 }, events.withLock { $0 })
            #expect(error?.kind == .interrupted)
            #expect(order == ["held", "given up", "taken"])
        }
    }

    @Test func theLockIsFreedWhenTheBodyThrows() throws {
        try withTwoConnections { first, second in
            #expect(throws: TestFailure.self) { try first.withLock(lock, waiting: 0) { throw TestFailure("no") } }
            try second.withLock(lock, waiting: 0) {}
            #expect(throws: DatabaseError.self) {
                try first.withLock(lock, waiting: 0) {
                    try first.begin()
                    try first.execute("SELECT 1 / 0")
                }
            }
            #expect(!first.isInTransaction)
            try second.withLock(lock, waiting: 0) {}
        }
    }

    @Test func theLockGoesWithTheSession() throws {
        try withTwoConnections { first, second in
            let process = try #require(try first.queryValue("SELECT pg_backend_pid()"))
            let error = #expect(throws: DatabaseError.self) {
                try first.withLock(lock, waiting: 0) {
                    try second.execute("SELECT pg_terminate_backend(\(process)::int, 5000)")
                    try first.execute("SELECT 1")
                }
            }
            #expect(error?.kind == .lost)
            try second.withLock(lock, waiting: 0) {}
        }
    }

    @Test func aTransferOutlivesTheSessionOfItsLock() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connections = try (0..<3).map { _ in try connect(to: url) }
            defer { connections.forEach { $0.close() } }
            let (holder, stream, other) = (connections[0], connections[1], connections[2])
            let process = try #require(try holder.queryValue("SELECT pg_backend_pid()"))
            #expect(throws: DatabaseError.self) {
                try holder.withTransferLock(waiting: 0) {
                    try stream.joinTransfer()
                    try stream.execute("SELECT pg_terminate_backend(\(process)::int, 5000)")
                    try holder.execute("SELECT 1")
                }
            }
            let joined = try #require(try stream.queryValue("SELECT pg_backend_pid()")?.text)
            let refusal = #expect(throws: DatabaseError.self) { try other.withTransferLock(waiting: 0.1) {} }
            #expect(refusal?.kind == .locked)
            #expect(refusal?.message.hasPrefix("the lock tc_transfer is held by process \(joined) (") == true)
            stream.close()
            try other.withTransferLock(waiting: 60) {}
        }
    }

    @Test func anInterrupterEndsTheWait() throws {
        try withTwoConnections { first, second in
            try first.withLock(lock, waiting: 0) {
                let interrupter = second.interrupter
                DispatchQueue.global().asyncAfter(deadline: .now() + 0.4) { interrupter.interrupt() }
                let error = #expect(throws: DatabaseError.self) { try second.withLock(lock, waiting: 60) {} }
                #expect(error?.kind == .interrupted)
            }
        }
    }

    @Test func schemasHaveLocksOfTheirOwn() throws {
        try withTwoConnections { first, second in
            try second.executeScript("CREATE SCHEMA other; SET search_path = other")
            try first.withLock(lock, waiting: 0) { try second.withLock(lock, waiting: 0) {} }
        }
    }

    @Test func aLockIsNotWaitedForInATransaction() throws {
        try withTwoConnections { first, _ in
            try first.begin()
            #expect(throws: DatabaseError.self) { try first.withLock(lock, waiting: 0) {} }
        }
    }

    /// The arguments are test vectors of the FNV draft.
    @Test(
        arguments: [("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8)]
            as [(String, UInt64)])
    func keysAreFNV1a(text: String, hash: UInt64) {
        #expect(PostgreSQLLockKey.hash(text) == Int64(bitPattern: hash))
    }
}
