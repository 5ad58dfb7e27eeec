import Dialects

/// Computes the figures of a report from one state of the database. Each query returns a few rows, however many it counts, and
/// reads an index if that holds the counted columns.
struct ReportQueries {
    let connection: any Connection
    let period: ReportPeriod

    /// The number of owners, people and agents that are shown one by one.
    static let most = 20

    func sessions() throws -> Report.Sessions {
        let states = try states()
        let ranking = try ranking(of: "active_agent", in: "sessions", where: "active_agent <> ''")
        let all = states.reduce(0) { $0 + $1.count }
        return Report.Sessions(
            all: all, states: states, agents: ranking.shown, rest: ranking.rest, commands: max(0, all - ranking.sum))
    }

    /// Counts the sessions by state. A row of the existing install may have a state that is not one of ours: such a session
    /// counts as active until it is closed, as everywhere (`SessionRow`).
    private func states() throws -> [Report.Count] {
        var counts = try connection.query(
            "SELECT lifecycle_status, count(*) FROM sessions WHERE lifecycle_status IS NOT NULL GROUP BY lifecycle_status"
        ).reduce(into: [Session.State: Int]()) { counts, row in
            if let state = row[0].text.flatMap(Session.State.init(rawValue:)) { counts[state] = row.count(1) }
        }
        let known = Session.State.allCases.map { "\($0.rawValue)" as SQL }
        var list: SQL = ""
        for (at, word) in known.enumerated() {
            if at > 0 { list.append(", ") }
            list.append(word)
        }
        let others = try connection.query(
            """
            SELECT count(*), count(closed_at) FROM sessions \
            WHERE lifecycle_status IS NULL OR lifecycle_status NOT IN (\(list))
            """
        ).first
        if let others {
            counts[.active, default: 0] += others.count(0) - others.count(1)
            counts[.closed, default: 0] += others.count(1)
        }
        return Session.State.allCases.map { Report.Count(name: $0.rawValue, count: counts[$0] ?? 0) }
    }

    func owners(ofSessions all: Int) throws -> Report.Owners {
        let ranking = try ranking(of: "owner_person", in: "sessions", where: "owner_person IS NOT NULL")
        let largest = try ranking.shown.map { owner in
            let row = try connection.query(
                """
                SELECT max(last_activity), (SELECT count(*) FROM sessions WHERE owner_person = \(owner.name) \
                AND closed_at IS NULL) FROM sessions WHERE owner_person = \(owner.name)
                """
            ).first
            return Report.Owners.Owner(
                name: owner.name, sessions: owner.count, open: row?.count(1) ?? 0,
                active: row?[0].text.map { Timestamp(parsing: $0)?.text ?? $0 })
        }
        return Report.Owners(
            all: ranking.number, largest: largest, rest: ranking.rest, orphaned: max(0, all - ranking.sum))
    }

    func activity() throws -> [Report.Day] {
        let started = try perDay("created_at", of: "sessions")
        let ended = try perDay("closed_at", of: "sessions")
        let entries = try perDay("at", of: "audit_log")
        return period.days.map { day in
            Report.Day(
                day: day, started: started[day] ?? 0, ended: ended[day] ?? 0, entries: entries[day] ?? 0)
        }
    }

    /// Counts the rows per day. Both databases begin the text of a timestamp with its day.
    private func perDay(_ column: String, of table: String) throws -> [String: Int] {
        let rows = try connection.query(
            """
            SELECT substr(CAST(\(identifier: column) AS TEXT), 1, 10) AS day, count(*) FROM \(identifier: table) \
            WHERE \(inPeriod(column)) GROUP BY 1
            """)
        return Dictionary(rows.map { ($0[0].text ?? "", $0.count(1)) }, uniquingKeysWith: +)
    }

    private func inPeriod(_ column: String) -> SQL {
        "\(identifier: column) >= \(period.start) AND \(identifier: column) < \(period.end)"
    }

    /// Returns the figures of the audit log.
    ///
    /// - Parameter all: The number of entries in the period.
    func audit(ofEntries all: Int) throws -> Report.Audit {
        let actions = try connection.query(
            """
            SELECT action, count(*), count(CASE WHEN outcome = 'allowed' THEN 1 END), \
            count(CASE WHEN outcome = 'refused' THEN 1 END) FROM audit_log WHERE \(inPeriod("at")) \
            GROUP BY action ORDER BY 2 DESC, 1 LIMIT 100
            """
        ).map { row in
            Report.Audit.Action(
                name: row[0].text ?? "", allowed: row.count(2), refused: row.count(3),
                failed: row.count(1) - row.count(2) - row.count(3))
        }
        let ranking = try ranking(
            of: "person", in: "audit_log", where: "person IS NOT NULL AND \(inPeriod("at"))")
        let people = try ranking.shown.map { person in
            Report.Audit.Person(name: person.name, entries: person.count, actions: try counts(of: person.name))
        }
        return Report.Audit(
            last: try AuditLog.head(on: connection)?.seq ?? 0, entries: all,
            people: people, rest: ranking.rest, unknown: max(0, all - ranking.sum), actions: actions)
    }

    private func counts(of person: String) throws -> [Report.Count] {
        try connection.query(
            """
            SELECT action, count(*) FROM audit_log WHERE person = \(person) AND \(inPeriod("at")) \
            GROUP BY action ORDER BY 2 DESC, 1 LIMIT 100
            """
        ).map { Report.Count(name: $0[0].text ?? "", count: $0.count(1)) }
    }

    func databaseSize() throws -> Int64 {
        try connection.queryValue(connection.dialect.databaseSize)?.integer ?? 0
    }
}

extension ReportQueries {
    /// The largest groups, with the number and the sum of all groups.
    private struct Ranking {
        var shown: [Report.Count]
        var number: Int
        var sum: Int
        var rest: Report.Rest {
            Report.Rest(number: number - shown.count, count: sum - shown.reduce(0) { $0 + $1.count })
        }
    }

    private func ranking(of column: String, in table: String, where condition: SQL) throws -> Ranking {
        let rows = try connection.query(
            """
            SELECT \(identifier: column), count(*) AS rows_of_it, count(*) OVER () AS groups, \
            CAST(sum(count(*)) OVER () AS bigint) AS all_rows FROM \(identifier: table) WHERE \(condition) \
            GROUP BY \(identifier: column) ORDER BY rows_of_it DESC, 1 LIMIT \(Self.most)
            """)
        return Ranking(
            shown: rows.map { Report.Count(name: $0[0].text ?? "", count: $0.count(1)) },
            number: rows.first?.count(2) ?? 0, sum: rows.first?.count(3) ?? 0)
    }
}

extension Row {
    fileprivate func count(_ column: Int) -> Int { Int(self[column].integer ?? 0) }
}
