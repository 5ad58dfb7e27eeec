import Dialects

/// A search in recordings, as a caller asks for it.
struct TranscriptQuery: Sendable {
    /// The largest number of hits in one answer. Each may be a row of the audit log.
    static let most = 100
    /// The largest length of the text, in code points.
    static let longestText = 1_000
    /// The largest number of passages shown per session, newest first. The output says how many more there are. A search within
    /// one session shows all of them.
    static let mostOfSession: Int64 = 3

    var words: [String]
    var session: String?
    var project: String?
    var owner: String?
    var since: Timestamp?
    var cursor: TranscriptCursor?
    var limit: Int

    /// Returns the statement that finds one page. Each of its parts asks the index for the words and the mark together, so its
    /// cost depends on the caller's own sessions and the shared ones. It reads no text; its result must not be shown to anybody
    /// before the audit log has the sessions in it.
    func statement(_ scope: SessionScope, _ dialect: any Dialect) -> SQL {
        switch scope {
        case .all: page(of: found(for: nil, where: nil, dialect))
        case .own(let identity): page(of: own(identity, dialect))
        case .ownAndShared(let identity):
            page(
                of: """
                    \(own(identity, dialect)) UNION ALL \
                    \(found(
                        for: TranscriptScope.shared,
                        where: """
                            s.visibility = 'shared' AND s.owner_person <> \(identity.person) \
                            AND s.owner_uid <> \(Int64(identity.uid))
                            """, dialect))
                    """)
        }
    }

    private func own(_ identity: Identity, _ dialect: any Dialect) -> SQL {
        found(
            for: TranscriptScope.own(identity.uid),
            where: "s.owner_uid = \(Int64(identity.uid)) AND s.owner_person = \(identity.person)", dialect)
    }

    /// Asks the index first, whatever the planner estimates: splitting a text into words costs more than the planner knows.
    private func found(for mark: String?, where condition: SQL?, _ dialect: any Dialect) -> SQL {
        var query: SQL = """
            SELECT f.id, f.session_id, f.said_at FROM (WITH f AS MATERIALIZED (SELECT id, session_id, said_at \
            FROM transcript_passages WHERE \(dialect.finding(words, by: TranscriptIndex.words, for: mark))) \
            SELECT * FROM f) AS f JOIN sessions s ON s.session_id = f.session_id
            """
        for (at, condition) in ([condition].compactMap { $0 } + conditions).enumerated() {
            query.append(at == 0 ? " WHERE " : " AND ")
            query.append(condition)
        }
        return query
    }

    private var conditions: [SQL] {
        var result: [SQL] = []
        if let session { result.append("s.session_id = \(session)") }
        if let project { result.append("s.project_path = \(project)") }
        if let owner { result.append("s.owner_person = \(owner)") }
        // A passage has the time of its first line, and the words may be in the last one.
        if let since { result.append("f.said_at >= \(since.advanced(seconds: -Passage.longestSpan).text)") }
        return result
    }

    private func page(of found: SQL) -> SQL {
        var query: SQL = """
            SELECT id, session_id, said_at, matches FROM (SELECT id, session_id, said_at, \
            row_number() OVER (PARTITION BY session_id ORDER BY said_at DESC, id DESC) AS place, \
            count(*) OVER (PARTITION BY session_id) AS matches FROM (\(found)) AS found) AS placed \
            WHERE place <= \(session == nil ? Self.mostOfSession : .max)
            """
        if let cursor { query.append(" AND (said_at, id) < (\(cursor.saidAt), \(cursor.id))") }
        query.append(" ORDER BY said_at DESC, id DESC LIMIT \(limit + 1)")
        return query
    }
}

/// The place after which a page begins.
struct TranscriptCursor: Sendable, Equatable {
    var saidAt: String
    var id: Int64

    init(saidAt: String, id: Int64) { (self.saidAt, self.id) = (saidAt, id) }

    /// Reads the form that `text` writes; `nil` for any other text.
    init?(_ text: String) {
        let parts = text.split(separator: "~", maxSplits: 1).map(String.init)
        guard parts.count == 2, Timestamp(parsing: parts[0])?.text == parts[0], let id = Int64(parts[1]) else {
            return nil
        }
        self.init(saidAt: parts[0], id: id)
    }

    var text: String { "\(saidAt)~\(id)" }
}
