import Dialects

/// The sessions' rows.
package struct SessionStore: Sendable {
    private let fence: Fence
    private var database: Database { fence.database }

    init(_ fence: Fence) { self.fence = fence }

    package func insert(_ session: Session) async throws {
        try await fence.write { connection in
            try connection.executeOnOneRow(
                """
                INSERT INTO sessions (session_id, computer_name, title, tmux_session_name, last_input_origin, \
                created_at, last_activity, project_path, active_agent, thinking_mode, lifecycle_status, visibility, \
                owner_person, owner_uid) VALUES (\(session.id), \(session.computer), \(session.title), \
                \(session.tmuxName), 'terminal', \(session.createdAt), \(session.lastActivity), \
                \(session.projectPath), \(session.agent), \(session.thinkingMode), \
                \(session.state.rawValue), \
                \(session.visibility.rawValue), \(session.owner.person), \(session.owner.uid))
                """)
        }
    }

    /// Returns the session of this id; `nil` when there is none.
    package func find(_ id: String) async throws -> Session? {
        try await database.withConnection { connection in
            try connection.query(
                "SELECT \(trusted: SessionRow.columns) FROM sessions WHERE session_id = \(id)"
            ).first.map(SessionRow.session)
        }
    }

    /// Returns the number of this caller's sessions that a host runs, starts or ends, counted up to `most`. A headless session of an
    /// existing install has no host, and never ends by itself.
    func open(of identity: Identity, upTo most: Int) async throws -> Int {
        let uid = Int64(identity.uid)
        let number = try await database.withConnection { connection in
            try connection.queryValue(
                """
                SELECT count(*) FROM (SELECT 1 FROM sessions WHERE \(Self.isRun) AND owner_uid = \(uid) \
                AND owner_person = \(identity.person) LIMIT \(most)) AS open_ones
                """)?.integer
        }
        return Int(number ?? 0)
    }

    /// Returns the number of sessions that are not over, by state.
    func openByState() async throws -> [Session.State: Int] {
        let rows = try await database.withConnection { connection in
            try connection.query(
                """
                SELECT lifecycle_status, count(*) FROM sessions WHERE closed_at IS NULL GROUP BY lifecycle_status
                """)
        }
        return Dictionary(
            rows.map { row in
                let state = row[0].text.flatMap(Session.State.init(rawValue:)) ?? .active
                return (state, Int(row[1].integer ?? 0))
            }, uniquingKeysWith: +)
    }

    /// Returns the time by the database's own clock.
    func databaseTime() async throws -> Timestamp? {
        try await database.withConnection { connection in
            try connection.queryValue("SELECT CURRENT_TIMESTAMP")?.text.flatMap(Timestamp.init(parsing:))
        }
    }

    /// Returns one page of the sessions that ended before this moment, earliest first.
    func expired(before moment: Timestamp, after last: EndedSession?, limit: Int) async throws -> [EndedSession] {
        var query: SQL = "SELECT session_id, closed_at FROM sessions WHERE closed_at < \(moment.text)"
        if let last { query.append(" AND (closed_at, session_id) > (\(last.closedAt), \(last.id))") }
        query.append(" ORDER BY closed_at, session_id LIMIT \(limit)")
        let page = query
        return try await database.withConnection { connection in
            try connection.query(page).compactMap { row in
                row[0].text.flatMap { id in row[1].text.map { EndedSession(id: id, closedAt: $0) } }
            }
        }
    }

    /// Removes those of these sessions that are still over, with all rows about their contents and the messages that wait for
    /// them. `also` is called for each session before its removal: while its row is locked nobody can revive it, and whatever
    /// an interruption leaves is found again.
    func remove(
        _ ids: [String], overBefore moment: Timestamp, _ also: @escaping @Sendable (String) throws -> Void
    ) async throws -> Int {
        try await fence.write { connection in
            var removed = 0
            for id in ids {
                let lock = connection.dialect.rowLock(.exclusive, of: "sessions")
                let found = try connection.queryValue(
                    "SELECT 1 FROM sessions WHERE session_id = \(id) AND closed_at < \(moment.text) \(trusted: lock)")
                guard found != nil else { continue }
                try also(id)
                for (table, column) in Self.tablesOfSessions {
                    _ = try connection.execute("DELETE FROM \(identifier: table) WHERE \(identifier: column) = \(id)")
                }
                try connection.executeOnOneRow("DELETE FROM sessions WHERE session_id = \(id)")
                removed += 1
            }
            return removed
        }
    }

    /// The tables whose rows are removed explicitly. Tables whose rows go with a session by a foreign key are not listed.
    private static let tablesOfSessions = [
        ("session_listeners", "target_session_id"), ("session_listeners", "caller_session_id"),
        ("conversation_link_members", "session_id"), ("hook_outbox", "session_id"), ("inbound_queue", "session_id"),
        ("mirrors", "session_id"),
    ]

    /// Moves a session to another state. Returns false when the session is closed already or does not exist.
    @discardableResult
    package func move(_ id: String, to state: Session.State) async throws -> Bool {
        let closedAt: Value = state == .closed ? .text(Timestamp.now.text) : .null
        return try await fence.write { connection in
            try connection.execute(
                """
                UPDATE sessions SET lifecycle_status = \(state.rawValue), closed_at = \(closedAt), \
                last_activity = \(Timestamp.now.text) WHERE session_id = \(id) AND \
                (closed_at IS NULL OR lifecycle_status = \(Session.State.lost.rawValue))
                """) > 0
        }
    }

    /// The condition that a session runs, starts or ends, as its row says.
    private static var isRun: SQL {
        """
        closed_at IS NULL AND (lifecycle_status IN (\(Session.State.initializing.rawValue), \
        \(Session.State.active.rawValue), \(Session.State.closing.rawValue)) OR lifecycle_status IS NULL)
        """
    }

    /// Returns the sessions whose rows say that they run, start or end.
    func running() async throws -> [(id: String, state: Session.State)] {
        let rows = try await database.withConnection { connection in
            try connection.query("SELECT session_id, lifecycle_status FROM sessions WHERE \(Self.isRun)")
        }
        return rows.compactMap { row in
            let state = row[1].text.map(Session.State.init(rawValue:)) ?? .active
            return state.flatMap { state in row[0].text.map { ($0, state) } }
        }
    }

    /// Records that nobody runs a session. Returns false when its row is no longer in `state`.
    func lose(_ id: String, from state: Session.State) async throws -> Bool {
        try await fence.write { connection in
            try connection.execute(
                """
                UPDATE sessions SET lifecycle_status = \(Session.State.lost.rawValue), closed_at = \(Timestamp.now.text) \
                WHERE session_id = \(id) AND closed_at IS NULL \
                AND coalesce(lifecycle_status, \(Session.State.active.rawValue)) = \(state.rawValue)
                """) > 0
        }
    }

    /// Records that a host runs a session. Returns false when its row is no longer in `state`.
    func takeUp(_ id: String, from state: Session.State) async throws -> Bool {
        try await fence.write { connection in
            try connection.execute(
                """
                UPDATE sessions SET lifecycle_status = \(Session.State.active.rawValue), closed_at = NULL, \
                last_activity = \(Timestamp.now.text) WHERE session_id = \(id) \
                AND coalesce(lifecycle_status, \(Session.State.active.rawValue)) = \(state.rawValue)
                """) > 0
        }
    }

    /// Notes that a session is being started; false if it does not wait for its start.
    func begin(_ id: String) async throws -> Bool {
        try await fence.write { connection in
            try connection.execute(
                """
                UPDATE sessions SET last_activity = \(Timestamp.now.text) \
                WHERE session_id = \(id) AND lifecycle_status = 'initializing'
                """) > 0
        }
    }

    /// Opens a session again, to be run anew; `nil` when it does not exist.
    func reopen(_ id: String) async throws -> Session? {
        try await fence.write { connection in
            _ = try connection.execute(
                """
                UPDATE sessions SET lifecycle_status = 'initializing', closed_at = NULL, \
                last_activity = \(Timestamp.now.text) WHERE session_id = \(id)
                """)
        }
        return try await find(id)
    }

    /// Records the path of the transcript that a session's agent writes; earlier paths stay known. Returns false when the path
    /// is already the present one.
    func follow(_ id: String, transcript path: String) async throws -> Bool {
        try await fence.write { connection in
            let row = try connection.query(
                "SELECT transcript_files, native_log_file FROM sessions WHERE session_id = \(id)"
            ).first
            guard let row, row[1].text != path else { return false }
            let chain = TranscriptChain(files: row[0].text, current: row[1].text).moved(to: path)
            return try connection.execute(
                """
                UPDATE sessions SET native_session_id = \(chain.nativeID), native_log_file = \(chain.current), \
                transcript_files = \(chain.filesText) WHERE session_id = \(id)
                """) > 0
        }
    }

    /// Records when something last happened in each of these sessions, by their ids. A time earlier than the recorded one is
    /// ignored.
    package func touch(_ times: [String: Timestamp]) async throws {
        let texts = times.mapValues(\.text).sorted { $0.key < $1.key }
        try await fence.write { connection in
            for (id, time) in texts {
                try connection.execute(
                    """
                    UPDATE sessions SET last_activity = \(time) WHERE session_id = \(id) AND closed_at IS NULL \
                    AND (last_activity IS NULL OR last_activity < \(time))
                    """)
            }
        }
    }

    package func setVisibility(_ id: String, _ visibility: Session.Visibility) async throws {
        try await fence.write { connection in
            try connection.executeOnOneRow(
                "UPDATE sessions SET visibility = \(visibility.rawValue) WHERE session_id = \(id)")
        }
    }

    /// Returns one page of the sessions that a caller sees, newest first.
    package func page(
        _ scope: SessionScope, _ filter: SessionFilter, after cursor: SessionCursor?, limit: Int
    ) async throws -> SessionPage {
        let query = SessionQuery(filter: filter, cursor: cursor, limit: limit + 1).statement(scope)
        let rows = try await database.withConnection { try $0.query(query).map(SessionRow.session) }
        return SessionPage(rows, limit: limit)
    }
}

/// A session that is over, with its place among those that are.
struct EndedSession: Sendable, Equatable {
    var id: String
    /// The time of the end, as the database writes it.
    var closedAt: String
}

/// A project, with the number of its sessions that a caller may see.
package struct ProjectCount: Sendable, Equatable {
    /// The project's path; `nil` for sessions that have no project.
    package var path: String?
    package var sessions: Int
    package var newest: String?
}

extension SessionStore {
    /// Returns the projects of the sessions that a caller sees, those with the newest session first.
    func projects(_ scope: SessionScope, _ filter: SessionFilter, limit: Int) async throws -> [ProjectCount] {
        let query = SessionQuery(filter: filter, cursor: nil, limit: limit).projects(scope)
        return try await database.withConnection { connection in
            try connection.query(query).map { row in
                let path = row[0].text ?? ""
                return ProjectCount(
                    path: path.isEmpty ? nil : path, sessions: Int(row[1].integer ?? 0),
                    newest: row[2].text.map { Timestamp(parsing: $0)?.text ?? $0 })
            }
        }
    }
}

extension SessionPage {
    /// Makes a page of the first `limit` rows. There is a next page when a row is left over.
    fileprivate init(_ rows: [Session], limit: Int) {
        sessions = Array(rows.prefix(limit))
        let end = rows.count > limit ? sessions.last : nil
        next = end.flatMap { last in
            last.lastActivity.map { SessionCursor(lastActivity: $0, id: last.id) }
        }
    }
}
