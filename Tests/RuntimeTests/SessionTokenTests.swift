import Dialects
import TCMigrations
import Migrator
import TCSettings
import Synchronization
import TestSupport
import Testing

@testable import TCRuntime

@Suite("Session tokens")
struct SessionTokenTests {
    /// The machine's clock, which a test sets, and the one that nobody sets.
    private final class Clock: Sendable {
        private let moment = Mutex(Timestamp.now)
        private let running = Mutex(ContinuousClock.now)
        /// Sets the machine's clock.
        func advance(seconds: Int64) { moment.withLock { $0 = $0.advanced(seconds: seconds) } }
        /// Lets time pass.
        func pass(seconds: Int64) {
            advance(seconds: seconds)
            running.withLock { $0 += .seconds(seconds) }
        }
        var now: Timestamp { moment.withLock { $0 } }
        var uptime: ContinuousClock.Instant { running.withLock { $0 } }
        func tokens(_ database: Database) -> SessionTokens {
            SessionTokens(database: database, now: { self.now }, uptime: { self.uptime })
        }
    }

    private func withTokens(
        _ backend: Backend, _ body: (SessionTokens, Database, Clock) async throws -> Void
    ) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try .teleclaude(), database: database).up()
            try await database.withConnection { connection in
                for id in ["one", "two"] {
                    _ = try connection.execute(
                        "INSERT INTO sessions (session_id, computer_name) VALUES (\(id), 'here')")
                }
            }
            let clock = Clock()
            try await body(clock.tokens(database), database, clock)
        }
    }

    @Test("a token speaks for its session for 24 hours", arguments: Backend.available)
    func lifetime(_ backend: Backend) async throws {
        try await withTokens(backend) { tokens, _, clock in
            let issued = clock.now
            let token = try await tokens.issue(sessionID: "one", principal: "Ann", role: .member)
            #expect(token.contains(/^tcs_[0-9a-f]{64}$/))
            let found = SessionToken(
                sessionID: "one", principal: "Ann", role: .member, expires: issued.advanced(seconds: 86_400))
            #expect(try await tokens.find(token) == found)
            for other in [
                "", "tcs_", String(token.dropLast()), token + "0", token.uppercased(), String(token.dropFirst(4)),
            ] {
                #expect(try await tokens.find(other) == nil)
            }
            clock.advance(seconds: 86_399)
            #expect(try await tokens.find(token) == found)
            #expect(try await tokens.purge() == 0)
            clock.advance(seconds: 1)
            #expect(try await tokens.find(token) == nil)
            #expect(try await tokens.purge() == 1)
        }
    }

    @Test("revoking ends the tokens of that session only, and all of them", arguments: Backend.available)
    func revoking(_ backend: Backend) async throws {
        try await withTokens(backend) { tokens, database, _ in
            let first = try await tokens.issue(sessionID: "one", principal: "Ann", role: .admin)
            let second = try await tokens.issue(sessionID: "one", principal: "Ann", role: .admin)
            let other = try await tokens.issue(sessionID: "two", principal: "Ben", role: .newcomer)
            #expect(first != second)
            #expect(try await tokens.revoke(sessionID: "one") == 2)
            #expect(try await tokens.revoke(sessionID: "one") == 0)
            for token in [first, second] { #expect(try await tokens.find(token) == nil) }
            #expect(try await tokens.find(other)?.role == .newcomer)
            await #expect(throws: DatabaseError.self) {
                try await tokens.issue(sessionID: "none", principal: "Ann", role: .admin)
            }
            // Only the hash of a token is stored.
            let stored = try await database.withConnection { try $0.values("SELECT token FROM session_tokens") }
            #expect(
                stored.count == 3
                    && stored.allSatisfy { $0[0].text?.count == 64 && !$0.contains(.text(String(other.dropFirst(4)))) })
        }
    }

    @Test("a role that this version does not know may do nothing", arguments: Backend.available)
    func unknownRole(_ backend: Backend) async throws {
        try await withTokens(backend) { tokens, database, _ in
            let token = try await tokens.issue(sessionID: "one", principal: "Ann", role: .admin)
            try await database.withConnection { _ = try $0.execute("UPDATE session_tokens SET role = 'emperor'") }
            #expect(try await tokens.find(token)?.role == .public)
        }
    }

    @Test("a token is renewed while its session lives, and what was revoked is not", arguments: Backend.available)
    func renewing(_ backend: Backend) async throws {
        try await withTokens(backend) { tokens, _, clock in
            let token = try await tokens.issue(sessionID: "one", principal: "Ann", role: .member)
            let other = try await tokens.issue(sessionID: "two", principal: "Ben", role: .member)
            clock.advance(seconds: 3_600)
            #expect(try await tokens.renew(sessionIDs: ["one"]) == 0)
            for _ in 0..<3 {
                clock.advance(seconds: 80_000)
                #expect(try await tokens.renew(sessionIDs: ["one"]) == 1)
                #expect(try await tokens.find(token)?.sessionID == "one")
            }
            #expect(try await tokens.find(other) == nil)
            // The machine has slept for days.
            clock.advance(seconds: 400_000)
            #expect(try await tokens.find(token) == nil)
            #expect(try await tokens.session(of: token) == "one")
            #expect(try await tokens.renew(sessionIDs: ["one"]) == 1)
            #expect(try await tokens.find(token)?.sessionID == "one")
            try await tokens.revoke(sessionID: "one")
            #expect(try await tokens.renew(sessionIDs: ["one"]) == 0)
            #expect(try await tokens.session(of: token) == nil)
        }
    }

    @Test("a clock that goes back makes no expired token good again", arguments: Backend.available)
    func clockThatGoesBack(_ backend: Backend) async throws {
        try await withTokens(backend) { tokens, database, clock in
            let token = try await tokens.issue(sessionID: "one", principal: "Ann", role: .member)
            clock.advance(seconds: 86_401)
            #expect(try await tokens.find(token) == nil)
            clock.advance(seconds: -86_401)
            #expect(try await tokens.find(token) == nil)
            // A token that is issued now is valid for the usual time, counted from the latest time that the daemon has seen.
            let fresh = try await tokens.issue(sessionID: "two", principal: "Ben", role: .member)
            #expect(try await tokens.find(fresh) != nil)
            // A daemon that starts now learns from the rows the latest time that was seen.
            let started = clock.tokens(database)
            try await started.rememberTime()
            #expect(try await started.find(token) == nil)
            #expect(try await started.find(fresh) != nil)
        }
    }

    /// A session that was touched, or imported, while the clock was wrong must not stop the time of all tokens.
    @Test("a clock that was ahead does not stop time", arguments: Backend.available)
    func clockThatWasAhead(_ backend: Backend) async throws {
        try await withTokens(backend) { _, database, clock in
            try await database.withConnection {
                _ = try $0.execute("UPDATE sessions SET last_activity = '2099-01-01T00:00:00.000000Z'")
            }
            let tokens = clock.tokens(database)
            try await tokens.rememberTime()
            let token = try await tokens.issue(sessionID: "one", principal: "Ann", role: .member)
            clock.pass(seconds: 86_399)
            #expect(try await tokens.find(token) != nil)
            clock.pass(seconds: 1)
            #expect(try await tokens.find(token) == nil)
            #expect(try await tokens.purge() == 1)
        }
    }

    @Test("a token that was revoked is known by its hash, in its own session", arguments: Backend.available)
    func revokedByItsHash(_ backend: Backend) async throws {
        try await withTokens(backend) { tokens, _, _ in
            let hash = SessionTokens.hash(try await tokens.issue(sessionID: "one", principal: "Ann", role: .member))
            #expect(try await !tokens.isRevoked(hash, of: "one"))
            try await tokens.revoke(sessionID: "one")
            #expect(try await tokens.isRevoked(hash, of: "one"))
            #expect(try await !tokens.isRevoked(hash, of: "two"))
            #expect(try await !tokens.isRevoked(SessionTokens.hash("tcs_other"), of: "one"))
        }
    }
}
