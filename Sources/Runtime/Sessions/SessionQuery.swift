import Dialects

/// The statement that finds one page of sessions.
struct SessionQuery {
    let filter: SessionFilter
    let cursor: SessionCursor?
    let limit: Int

    /// Returns the statement. Each of its parts walks along one index, and no further than a page.
    func statement(_ scope: SessionScope) -> SQL {
        switch scope {
        case .all: return part(where: nil)
        case .own(let identity): return part(where: Self.own(identity))
        case .ownAndShared(let identity):
            let own = part(where: Self.own(identity))
            let shared = part(where: Self.shared(with: identity))
            return """
                SELECT * FROM (\(own)) AS own UNION ALL SELECT * FROM (\(shared)) AS shared \(Self.order) LIMIT \(limit)
                """
        }
    }

    /// Returns the statement that counts the sessions of each project, the project with the newest session first. All sessions
    /// that the caller may see are counted. If these are all sessions, only the index over projects is read, which takes a
    /// fifth of the time.
    func projects(_ scope: SessionScope) -> SQL {
        let counted: SQL =
            switch scope {
            case .all where filter == SessionFilter(): counts("project_path", from: nil)
            case .all: counts(Self.project, from: nil)
            case .own(let identity): counts(Self.project, from: Self.own(identity))
            case .ownAndShared(let identity):
                """
                \(counts(Self.project, from: Self.own(identity))) UNION ALL \
                \(counts(Self.project, from: Self.shared(with: identity)))
                """
            }
        return """
            SELECT \(Self.project) AS project, CAST(sum(sessions) AS bigint) AS sessions, max(newest) AS newest \
            FROM (\(counted)) AS counted GROUP BY 1 ORDER BY newest DESC, project LIMIT \(limit)
            """
    }

    /// Counts the sessions per group. If the column itself is the group, the rows come in the order of its index; otherwise the
    /// database reads them in whichever order is fastest.
    private func counts(_ grouping: SQL, from scope: SQL?) -> SQL {
        var query: SQL = """
            SELECT \(grouping) AS project_path, count(*) AS sessions, max(last_activity) AS newest FROM sessions
            """
        append(scope, to: &query)
        query.append(" GROUP BY \(grouping)")
        return query
    }

    private static let project: SQL = "coalesce(project_path, '')"

    private static let order: SQL = "ORDER BY last_activity DESC, session_id DESC"

    /// PostgreSQL takes a person and the person's uid for independent, expects a handful of rows where there are thousands, and
    /// would sort them all. It can't estimate the `coalesce`, so it walks along the index.
    private static func own(_ identity: Identity) -> SQL {
        "owner_person = \(identity.person) AND coalesce(owner_uid = \(identity.uid), false)"
    }

    /// A session without an owner is excluded, even if it was shared.
    private static func shared(with identity: Identity) -> SQL {
        "visibility = 'shared' AND owner_person <> \(identity.person) AND owner_uid <> \(identity.uid)"
    }

    private func part(where scope: SQL?) -> SQL {
        var query: SQL = "SELECT \(trusted: SessionRow.columns) FROM sessions"
        append(scope, to: &query)
        query.append(" \(Self.order) LIMIT \(limit)")
        return query
    }

    private func append(_ scope: SQL?, to query: inout SQL) {
        for (at, condition) in ([scope].compactMap { $0 } + conditions(in: scope)).enumerated() {
            query.append(at == 0 ? " WHERE " : " AND ")
            query.append(condition)
        }
    }

    private func conditions(in scope: SQL?) -> [SQL] {
        var result: [SQL] = ["last_activity IS NOT NULL"]
        if let cursor { result.append("(last_activity, session_id) < (\(cursor.lastActivity), \(cursor.id))") }
        if let state = filter.state { result.append("lifecycle_status = \(state.rawValue)") }
        if let project = filter.project {
            // Few of an owner's sessions are in other projects, so the walk along the owner's index is the shorter one.
            let isOfOne = scope != nil || filter.owner != nil
            result.append("\(isOfOne || project.isEmpty ? Self.project : "project_path") = \(project)")
        }
        if let agent = filter.agent { result.append("active_agent = \(agent)") }
        if let owner = filter.owner { result.append("owner_person = \(owner)") }
        if let title = filter.title { result.append("title = \(title)") }
        if let since = filter.since { result.append("last_activity >= \(since.text)") }
        if let text = filter.text {
            // The database folds both sides, each database in its own way: SQLite knows the letters of ASCII only.
            let pattern = "%\(SessionQuery.escaped(text))%"
            result.append(
                """
                (lower(coalesce(title, '')) LIKE lower(\(pattern)) ESCAPE '!' \
                OR lower(coalesce(description, '')) LIKE lower(\(pattern)) ESCAPE '!')
                """)
        }
        return result
    }

    /// Escapes the code points that have a meaning in LIKE, with `!`. With a combining mark, one of them is another character for Swift.
    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if "%_!".unicodeScalars.contains(scalar) { result.append("!") }
            result.append(scalar)
        }
        return String(result)
    }
}
