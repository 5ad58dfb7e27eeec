import Dialects
import TCSettings

/// The session and the rights for which a session token stands.
package struct SessionToken: Sendable, Hashable {
    package var sessionID: String
    /// The person whose rights the session has at most.
    package var principal: String
    /// The role; `public`, which may do nothing, where this version does not know the stored one.
    package var role: Role
    package var expires: Timestamp
}

extension SessionToken {
    fileprivate init?(row: Row) {
        guard let session = row["session_id"]?.text, let principal = row["principal"]?.text,
            let role = row["role"]?.text, let expires = row["expires_at"]?.text.flatMap(Timestamp.init(parsing:))
        else { return nil }
        self.init(sessionID: session, principal: principal, role: Role(rawValue: role) ?? .public, expires: expires)
    }
}

/// Tokens by which an agent inside a session proves which session it runs in. Only a token's hash is stored, so that whoever
/// reads the database can't use what is stored there.
///
/// A token is looked up by its hash, and the time of the lookup reveals something only about that hash. Nobody can choose a
/// prefix of the hash without knowing the token, so the comparison need not take constant time.
package struct SessionTokens: Sendable {
    /// The prefix of every token. It makes a token recognizable where none should be, such as in a log or a settings file.
    package static let prefix = "tcs_"
    private static let lifetime: Int64 = 24 * 60 * 60
    /// The remaining validity, in seconds, below which a token is renewed while its session lives.
    private static let renewal: Int64 = 12 * 60 * 60

    private let database: Database
    private let fence: Fence
    private let clock: TokenClock

    /// Makes the store. With `epoch`, only the daemon of that epoch writes. `uptime` is the clock that nobody sets.
    package init(
        database: Database, epoch: Epoch? = nil, now: @escaping @Sendable () -> Timestamp = { .now },
        uptime: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.database = database
        fence = Fence(database: database, epoch: epoch)
        clock = TokenClock(now, uptime: uptime)
    }

    private func now() -> Timestamp { clock.now }

    /// Reads from the database the latest time that was reached before this process.
    ///
    /// - Throws: `DatabaseError`.
    func rememberTime() async throws {
        if let time = try await Self.latestTime(in: database) { clock.advance(to: time) }
    }

    /// Returns the latest time at which, as the database says, a token was issued, a session was active or a daemon began.
    ///
    /// - Throws: `DatabaseError`.
    static func latestTime(in database: Database) async throws -> Timestamp? {
        let moments = try await database.withConnection { connection in
            try connection.query(
                """
                SELECT max(issued_at) FROM session_tokens UNION ALL SELECT max(last_activity) FROM sessions \
                UNION ALL SELECT max(taken_at) FROM daemon_lease
                """)
        }
        return moments.compactMap { $0[0].text.flatMap(Timestamp.init(parsing:)) }.max()
    }

    /// Makes a token for an existing session, valid for 24 hours. The token can't be retrieved again.
    ///
    /// - Throws: `DatabaseError`.
    package func issue(sessionID: String, principal: String, role: Role) async throws -> String {
        let token = Self.make()
        let (issued, expires) = (now(), now().advanced(seconds: Self.lifetime))
        try await fence.write { connection in
            try connection.executeOnOneRow(
                """
                INSERT INTO session_tokens (token, session_id, principal, role, issued_at, expires_at) VALUES \
                (\(Self.hash(token)), \(sessionID), \(principal), \(role.rawValue), \(issued.text), \(expires.text))
                """)
        }
        return token
    }

    /// Returns the session and rights for which the token stands; `nil` when it is unknown, expired or revoked.
    ///
    /// - Throws: `DatabaseError`.
    package func find(_ token: String) async throws -> SessionToken? {
        guard token.hasPrefix(Self.prefix) else { return nil }
        let (hash, now) = (Self.hash(token), now().text)
        return try await database.withConnection { connection in
            try connection.query(
                """
                SELECT session_id, principal, role, expires_at FROM session_tokens \
                WHERE token = \(hash) AND revoked_at IS NULL AND expires_at > \(now)
                """
            ).first.flatMap(SessionToken.init(row:))
        }
    }

    /// Renews the tokens of live sessions for another 24 hours where they are due, including tokens that expired while nobody
    /// could renew them because the machine slept. Revoked tokens stay revoked. Returns the number of renewed tokens.
    ///
    /// - Throws: `DatabaseError`.
    @discardableResult
    package func renew(sessionIDs: [String]) async throws -> Int {
        let (soon, expires) = (now().advanced(seconds: Self.renewal), now().advanced(seconds: Self.lifetime))
        guard !sessionIDs.isEmpty else { return 0 }
        return try await fence.write { connection in
            try sessionIDs.reduce(0) { count, id in
                count
                    + (try connection.execute(
                        """
                        UPDATE session_tokens SET expires_at = \(expires.text) \
                        WHERE session_id = \(id) AND revoked_at IS NULL AND expires_at < \(soon.text)
                        """))
            }
        }
    }

    /// Returns the session of a token that is not revoked, even if it has expired.
    ///
    /// - Throws: `DatabaseError`.
    func session(of token: String) async throws -> String? {
        guard token.hasPrefix(Self.prefix) else { return nil }
        let hash = Self.hash(token)
        return try await database.withConnection { connection in
            try connection.queryValue(
                "SELECT session_id FROM session_tokens WHERE token = \(hash) AND revoked_at IS NULL")?.text
        }
    }

    /// Returns whether a token of this session, known by its hash, was revoked.
    ///
    /// - Throws: `DatabaseError`.
    func isRevoked(_ hash: String, of sessionID: String) async throws -> Bool {
        try await database.withConnection { connection in
            try connection.queryValue(
                """
                SELECT 1 FROM session_tokens \
                WHERE token = \(hash) AND session_id = \(sessionID) AND revoked_at IS NOT NULL
                """) != nil
        }
    }

    /// Revokes all tokens of a session, and returns their number.
    ///
    /// - Throws: `DatabaseError`.
    @discardableResult
    package func revoke(sessionID: String) async throws -> Int {
        let now = now().text
        return try await fence.write { connection in
            try connection.execute(
                """
                UPDATE session_tokens SET revoked_at = \(now) WHERE session_id = \(sessionID) AND revoked_at IS NULL
                """)
        }
    }

    /// Revokes one token. Those of other runs of its session stay.
    ///
    /// - Throws: `DatabaseError`.
    func revoke(_ token: String) async throws {
        let (hash, now) = (Self.hash(token), now().text)
        try await fence.write { connection in
            _ = try connection.execute(
                "UPDATE session_tokens SET revoked_at = \(now) WHERE token = \(hash) AND revoked_at IS NULL")
        }
    }

    /// Removes expired tokens, and returns their number.
    ///
    /// - Throws: `DatabaseError`.
    @discardableResult
    package func purge() async throws -> Int {
        let now = now().text
        return try await fence.write { connection in
            try connection.execute("DELETE FROM session_tokens WHERE expires_at <= \(now)")
        }
    }

    /// Returns a new token with 256 bits from the system's generator.
    private static func make() -> String {
        var random = SystemRandomNumberGenerator()
        return prefix
            + (0..<4).map { _ in
                let digits = String(random.next() as UInt64, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }
            .joined()
    }

    /// Returns the hash by which the store knows a token.
    static func hash(_ token: String) -> String { SHA256.hexadecimal(of: token.utf8) }
}
