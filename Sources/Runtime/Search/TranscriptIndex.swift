import Dialects

/// The index of recordings in the database: their passages, and how far each recording was read.
struct TranscriptIndex: Sendable {
    static let words = WordIndex("transcript_passages", columns: ["body"], scope: "scope")

    let fence: Fence
    private var database: Database { fence.database }

    /// Returns how far a recording was read; `nil` if its reading has never begun.
    func progress(of session: String) async throws -> PassageProgress? {
        try await database.withConnection { connection in
            let row = try connection.query(
                """
                SELECT r.read_to, r.clock, r.parser, r.scope, r.passages, p.id, p.said_at, p.body FROM transcript_readings r \
                LEFT JOIN transcript_passages p ON p.id = r.open_passage WHERE r.session_id = \(session)
                """
            ).first
            return row.flatMap(PassageProgress.init(row:))
        }
    }

    /// Returns sessions in the order of their ids, from the first one after `id` on, each with the length that was read and the
    /// marks of its passages; both are `nil` if the reading has never begun.
    func sessions(after id: String, limit: Int) async throws -> [(session: Session, readTo: Int64?, scope: String?)] {
        try await database.withConnection { connection in
            try connection.query(
                """
                SELECT \(trusted: SessionRow.columns), read_to, scope FROM (SELECT * FROM sessions \
                WHERE session_id > \(id) ORDER BY session_id LIMIT \(limit)) AS s LEFT JOIN \
                (SELECT session_id AS read_session, read_to, scope FROM transcript_readings) AS r \
                ON read_session = session_id ORDER BY session_id
                """
            ).map { (SessionRow.session($0), $0["read_to"]?.integer, $0["scope"]?.text) }
        }
    }

    /// Stores the passages that a reading has found, and its progress. The first passage may be the open one, which has grown.
    ///
    /// - Returns: false if the session is gone, or another process has continued the reading.
    func add(
        _ passages: [Passage], of session: String, from before: PassageProgress?, to after: PassageProgress
    ) async throws -> Bool {
        try await fence.write { connection in
            let lock = connection.dialect.rowLock(.shared, of: "sessions")
            let present = try connection.queryValue(
                "SELECT 1 FROM sessions WHERE session_id = \(session) \(trusted: lock)")
            guard present != nil, try Self.moveOn(session, from: before, to: after, connection) else { return false }
            var (last, added) = (before?.open?.id, 0)
            for (at, passage) in passages.enumerated() {
                if at == 0, let open = before?.open {
                    guard passage != open.passage else { continue }
                    try connection.executeOnOneRow(
                        """
                        UPDATE transcript_passages SET body = \(passage.text), said_at = \(passage.saidAt.text), \
                        scope = \(after.scope) WHERE id = \(open.id)
                        """)
                } else {
                    last = try connection.queryValue(
                        """
                        INSERT INTO transcript_passages (session_id, said_at, scope, body) VALUES (\(session), \
                        \(passage.saidAt.text), \(after.scope), \(passage.text)) RETURNING id
                        """)?.integer
                    added += 1
                }
            }
            try connection.executeOnOneRow(
                """
                UPDATE transcript_readings SET open_passage = \(last), passages = passages + \(added) \
                WHERE session_id = \(session)
                """)
            return true
        }
    }

    private static func moveOn(
        _ session: String, from before: PassageProgress?, to after: PassageProgress, _ connection: any Connection
    ) throws -> Bool {
        guard let before else {
            return try connection.execute(
                """
                INSERT INTO transcript_readings (session_id, read_to, clock, parser, scope, passages) VALUES (\(session), \
                \(after.readTo), \(after.clock.text), \(after.parser), \(after.scope), 0) ON CONFLICT DO NOTHING
                """) == 1
        }
        return try connection.execute(
            """
            UPDATE transcript_readings SET read_to = \(after.readTo), clock = \(after.clock.text), parser = \(after.parser) \
            WHERE session_id = \(session) AND read_to = \(before.readTo)
            """) == 1
    }

    /// Replaces the marks of some of a session's passages, few enough that nobody has to wait. Returns true when no passages
    /// with other marks are left.
    func mark(_ session: String, with scope: String) async throws -> Bool {
        try await fence.write { connection in
            let changed = try connection.execute(
                """
                UPDATE transcript_passages SET scope = \(scope) WHERE id IN (SELECT id FROM transcript_passages \
                WHERE session_id = \(session) AND scope <> \(scope) ORDER BY id LIMIT \(Self.atOnce))
                """)
            guard changed < Self.atOnce else { return false }
            _ = try connection.execute(
                "UPDATE transcript_readings SET scope = \(scope) WHERE session_id = \(session)")
            return true
        }
    }

    /// Removes a session's passages. The progress is removed first, so that a session that is revived meanwhile is read from
    /// its beginning.
    func forget(_ session: String) async throws {
        _ = try await fence.write { connection in
            try connection.execute("DELETE FROM transcript_readings WHERE session_id = \(session)")
        }
        while true {
            let removed = try await fence.write { connection in
                try connection.execute(
                    """
                    DELETE FROM transcript_passages WHERE id IN (SELECT id FROM transcript_passages \
                    WHERE session_id = \(session) ORDER BY id LIMIT \(Self.atOnce))
                    """)
            }
            if removed < Self.atOnce { return }
        }
    }

    private static let atOnce = 200
}

extension PassageProgress {
    /// Reads a row; `nil` if it does not have the form that this program writes.
    fileprivate init?(row: Row) {
        guard let readTo = row["read_to"]?.integer, let parser = row["parser"]?.text, let scope = row["scope"]?.text,
            let clock = row["clock"]?.text.flatMap(Timestamp.init(parsing:)), let passages = row["passages"]?.integer
        else { return nil }
        self.init(readTo: readTo, clock: clock, parser: parser, scope: scope, passages: Int(passages))
        guard let id = row["id"]?.integer, let text = row["body"]?.text,
            let saidAt = row["said_at"]?.text.flatMap(Timestamp.init(parsing:))
        else { return }
        open = OpenPassage(id: id, passage: Passage(text: text, saidAt: saidAt))
    }
}
