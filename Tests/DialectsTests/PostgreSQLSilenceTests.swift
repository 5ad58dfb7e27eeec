import Dispatch
import TCPOSIX
import Testing

@testable import Dialects
import TestSupport

/// Tests connections one end of which stays silent (`Silence`).
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLSilenceTests {
    private func connection(_ silence: Silence) throws -> any Connection {
        try connect(to: TestPostgreSQL.requireURL(), ConnectionOptions(silence: silence))
    }

    /// Waits until the condition is true, for at most 20 s. Returns whether it is.
    private func eventually(_ condition: () throws -> Bool) throws -> Bool {
        for _ in 0..<400 {
            if try condition() { return true }
            usleep(50_000)
        }
        return false
    }

    /// The server releases everything that the session held, here a lock.
    @Test func aServerEndsASessionThatAsksNothing() throws {
        let (silent, other) = (try connection(Silence(ofClient: 0.5)), try connection(Silence()))
        defer { other.close() }
        let lock = AdvisoryLock("silence-\(UInt64.random(in: 0 ... .max))")
        let held = try #require(try silent.hold(lock))
        #expect(try other.hold(lock) == nil)
        var taken: (any HeldLock)?
        let isTaken = try eventually {
            taken = try other.hold(lock)
            return taken != nil
        }
        #expect(isTaken)
        let error = #expect(throws: DatabaseError.self) { try held.confirm() }
        #expect(error?.kind == .lost)
    }

    @Test func aServerEndsATransactionThatStandsStill() throws {
        let (silent, other) = (try connection(Silence(inTransaction: 0.5)), try connection(Silence()))
        defer { [silent, other].forEach { $0.close() } }
        let process = try #require(try silent.queryValue("SELECT pg_backend_pid()::bigint")?.integer)
        // Outside of a transaction, the client may be silent for longer than that.
        usleep(1_000_000)
        try silent.begin()
        let isEnded = try eventually {
            try other.values("SELECT pid FROM pg_stat_activity WHERE pid::bigint = \(process)").isEmpty
        }
        #expect(isEnded)
        let error = #expect(throws: DatabaseError.self) { try silent.execute("SELECT 1") }
        #expect(error?.kind == .lost)
    }

    /// The arguments are a statement without bindings, and one with bindings, which is prepared first.
    @Test(arguments: ["SELECT pg_sleep(30)", "SELECT pg_sleep(30 * \(1))"] as [SQL])
    func aServerThatDoesNotAnswerIsLost(statement: SQL) throws {
        let connection = try connection(Silence(ofServer: 0.5))
        let began = ContinuousClock.now
        let error = #expect(throws: DatabaseError.self) { try connection.execute(statement) }
        #expect(error?.kind == .lost && error?.message.contains("has not answered") == true)
        #expect(ContinuousClock.now - began < .seconds(20))
        #expect(connection.isLost)
    }

    /// The settings of a new session are such a script.
    @Test func aServerThatDoesNotAnswerAScriptIsLost() throws {
        let connection = try connection(Silence(ofServer: 0.5))
        let error = #expect(throws: DatabaseError.self) {
            try connection.executeScript("SELECT 1; SELECT pg_sleep(30)")
        }
        #expect(error?.kind == .lost && error?.message.contains("has not answered") == true)
        #expect(connection.isLost)
    }

    @Test(arguments: [
        "SELECT pg_sleep(30)", "SELECT CASE WHEN n > 9999 THEN pg_sleep(30)::text END FROM generate_series(1, 10000) n",
    ])
    func aServerThatDoesNotAnswerACopyIsLost(query: String) throws {
        let connection = try connection(Silence(ofServer: 0.5))
        let error = #expect(throws: DatabaseError.self) {
            let rows = try connection.copyOut(query, types: [])
            while try rows.next() {}
        }
        #expect(error?.kind == .lost && error?.message.contains("has not answered") == true)
        #expect(connection.isLost)
    }

    /// Makes a table whose first row keeps the server from reading on. A trigger sleeps there, and a cancellation only makes it sleep again.
    private func makeStandstill(_ connection: any Connection) throws {
        try connection.executeScript(
            """
            CREATE TABLE t (a bigint, b text);
            CREATE FUNCTION stand() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                BEGIN PERFORM pg_sleep(30); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(30); END;
                RETURN NEW;
            END $$;
            CREATE TRIGGER stand BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.a = 0) EXECUTE FUNCTION stand();
            """)
    }

    /// Copies 100 MB, which is more than sockets hold.
    private static func copyMuch(_ connection: any Connection) throws {
        let writer = try connection.copyIn(table: "t", columns: ["a", "b"], types: [.bigint, .text])
        let text = Value.text(String(repeating: "x", count: 1_000_000))
        for number in 0..<100 {
            try writer.write(.integer(Int64(number)), column: 0)
            try text.withRaw { value in
                try writer.write(value, column: 1)
                try writer.endRow()
            }
        }
        _ = try writer.finish()
    }

    @Test func aServerThatTakesNoRowsIsLost() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url, ConnectionOptions(silence: Silence(ofServer: 0.5)))
            defer { connection.close() }
            try makeStandstill(connection)
            let error = #expect(throws: DatabaseError.self) { try Self.copyMuch(connection) }
            #expect(error?.kind == .lost && error?.message.contains("has taken no rows") == true)
            #expect(connection.isLost)
        }
    }

    @Test func aCancelledCopyDoesNotWaitForAServerThatTakesNoRows() async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            let (database, other) = (try Database(url), try connect(to: url))
            defer { other.close() }
            try makeStandstill(other)
            let task = Task { try await database.withConnection { try Self.copyMuch($0) } }
            let stands = try eventually {
                try other.queryValue(
                    """
                    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'
                    """) == 1
            }
            #expect(stands)
            task.cancel()
            let error = await #expect(throws: DatabaseError.self) { try await task.value }
            #expect(error?.kind == .interrupted && error?.message.contains("neither ended it") == true)
            await database.close()
        }
    }

    @Test func copiesThatComeAreWaitedFor() throws {
        let connection = try connection(Silence(ofServer: 2))
        defer { connection.close() }
        for _ in 0..<2 {
            let rows = try connection.copyOut("SELECT n::bigint FROM generate_series(1, 200000) n", types: [.bigint])
            var count = 0
            while count < 100_000, try rows.next() { count += 1 }
            #expect(count == 100_000)
            rows.close()
        }
        #expect(try connection.queryValue("SELECT 7::bigint") == 7)
    }

    /// The server sends each row as it makes it, and the whole result takes longer than silence may.
    @Test func oneResultThatComesIsWaitedFor() throws {
        let connection = try connection(Silence(ofServer: 2))
        defer { connection.close() }
        try connection.executeScript("SELECT repeat('x', 20000), pg_sleep(0.1) FROM generate_series(1, 40)")
        #expect(!connection.isLost)
    }

    @Test func rowsThatComeAreWaitedFor() throws {
        let connection = try connection(Silence(ofServer: 2))
        defer { connection.close() }
        let rows = try connection.values("SELECT n::bigint FROM generate_series(1, 200000) n")
        #expect(rows.count == 200_000)
        #expect(throws: DatabaseError.self) { try connection.values("SELECT 1 / (3 - n) FROM generate_series(1, 5) n") }
        #expect(try connection.queryValue("SELECT 7::bigint") == 7)
    }

    /// A restart of the server breaks all idle connections, so the pool can drop them and then opens new ones.
    @Test func idleConnectionsAreDropped() async throws {
        let database = try Database(TestPostgreSQL.requireURL())
        let first = try await database.withConnection { try $0.queryValue("SELECT pg_backend_pid()::bigint") }
        #expect(try await database.withConnection { try $0.queryValue("SELECT pg_backend_pid()::bigint") } == first)
        database.dropIdleConnections()
        #expect(try await database.withConnection { try $0.queryValue("SELECT pg_backend_pid()::bigint") } != first)
        await database.close()
    }
}
