import TCPostgreSQL
import TCPOSIX
import Synchronization

/// Keeps connections away from poolers that share a session between clients. In such a session, our settings and locks would
/// affect others, and would be gone for us after the next transaction. The pooler is tested once for all connections of a
/// database.
final class PostgreSQLPooler: Sendable {
    private let isKnownToKeepSessions = Mutex(false)

    /// Returns whether a pooler stands between us and the server: the server's process is another one than the connection was
    /// told. PgBouncer and similar poolers give out process numbers of their own, in every mode.
    static func isBetween(_ connection: PostgreSQLConnection, _ session: PostgreSQLSession) -> Bool {
        Int64(PQbackendPID(connection.handle)) != session.process
    }

    /// Throws an error of kind `pooled` if the pooler shares `connection`'s session. `open` opens a second connection in the same
    /// way.
    func requireOwnSession(
        _ connection: PostgreSQLConnection, _ session: PostgreSQLSession, _ open: () -> OpaquePointer?
    ) throws(DatabaseError) {
        guard !isKnownToKeepSessions.withLock({ $0 }) else { return }
        let second = open()
        defer { PQfinish(second) }
        guard let second, PQstatus(second) == CONNECTION_OK else {
            throw Self.undecided("no second connection could be opened for the check")
        }
        // A busy pooler may happen to give each connection a session of its own, but not every time.
        var rounds = 8
        while rounds > 0, try compare(connection.handle, second, session.process, rounds) { rounds -= 1 }
        isKnownToKeepSessions.withLock { $0 = true }
    }

    /// Compares the sessions of both connections: while the first is between two transactions, the second begins one. In session
    /// mode neither affects the other. Otherwise the second gets the first one's session, or the first gets another one in the
    /// meantime. Returns false when there is nothing more to test.
    ///
    /// A pooler that lends the session that was returned last gives both connections the same sessions again in every round,
    /// unless the first asks before the second begins. A pooler that lends in turn does so if the first does ask. So the first
    /// asks every other time.
    private func compare(
        _ first: OpaquePointer?, _ second: OpaquePointer, _ process: Int64, _ round: Int
    ) throws(DatabaseError) -> Bool {
        let question = "SELECT pg_catalog.pg_backend_pid()"
        let before = round.isMultiple(of: 2) ? Self.process(of: first, question) : .known(process)
        if case .known(let number) = before, number != process { throw Self.shared(nil) }
        let other = Self.process(of: second, "BEGIN; \(question)")
        let own = Self.process(of: first, question)
        switch (other, own) {
        case (.failed(let reason), _): throw Self.shared("it did not begin a transaction: \(reason)")
        case (_, .failed(let reason)): throw Self.undecided(reason)
        case (.known(process), _): throw Self.shared(nil)
        case (_, .known(let number)) where number != process: throw Self.shared(nil)
        case (_, .silent): throw Self.undecided("its sessions are all in use")
        // The pooler has no session left for the second connection, and keeps the first one's session for the first.
        case (.silent, .known): return false
        case (.known, .known):
            guard case .known = Self.process(of: second, "SELECT 1; ROLLBACK") else {
                throw Self.undecided("the second connection broke")
            }
            return true
        }
    }

    private static func shared(_ detail: String?) -> DatabaseError {
        DatabaseError(
            .pooled,
            "a pooler such as PgBouncer stands before the server and shares each session between several programs, so "
                + "this program's settings and locks would reach other programs" + (detail.map { " (\($0))" } ?? ""),
            remedy: "connect to the server itself, or to a pool in session mode")
    }

    private static func undecided(_ reason: String) -> DatabaseError {
        DatabaseError(
            .pooled,
            "a pooler stands before the server, and it is not known whether each program keeps its own session: \(reason)",
            remedy: "connect to the server itself, or try again when the pooler has connections left")
    }
}

extension PostgreSQLPooler {
    private enum Answer {
        case known(Int64)
        case silent
        case failed(String)
    }

    /// Returns the last number that the statements yield, after at most three seconds.
    private static func process(of handle: OpaquePointer?, _ statements: String) -> Answer {
        guard PQsendQuery(handle, statements) == 1 else { return .failed(reason(handle)) }
        let deadline = ContinuousClock.now + .seconds(3)
        var number: Int64?
        while true {
            guard hasAnswer(handle, until: deadline) else { return .silent }
            guard let result = PQgetResult(handle) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK: break
            case PGRES_TUPLES_OK: number = PQgetvalue(result, 0, 0).flatMap { Int64(String(cString: $0)) }
            default: return .failed(reason(handle))
            }
        }
        return number.map { .known($0) } ?? .failed("it did not name the process that serves the session")
    }

    /// Returns whether a result can be read without waiting.
    private static func hasAnswer(_ handle: OpaquePointer?, until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            guard PQconsumeInput(handle) == 1, PQisBusy(handle) == 1 else { return true }
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0 else { return false }
            var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            _ = poll(&socket, 1, Int32(left) + 1)
        }
    }

    private static func reason(_ handle: OpaquePointer?) -> String {
        String(cString: PQerrorMessage(handle)).singleLine
    }
}
