import Dialects

/// How a row of `sessions` is read.
enum SessionRow {
    static let columns = """
        session_id, title, owner_person, owner_uid, lifecycle_status, visibility, project_path, active_agent, \
        computer_name, tmux_session_name, created_at, last_activity, closed_at, \
        thinking_mode, native_session_id
        """

    /// The existing install wrote no state in some rows; those run as long as they are not closed.
    static func session(_ row: [Value]) -> Session {
        let state = row[4].text.flatMap(Session.State.init(rawValue:))
        return Session(
            id: row[0].text ?? "", title: row[1].text,
            owner: Owner(person: row[2].text, uid: row[3].integer.flatMap { UInt32(exactly: $0) }),
            state: state ?? (row[12].isNull ? .active : .closed),
            visibility: row[5].text.flatMap(Session.Visibility.init(rawValue:)) ?? .private,
            projectPath: row[6].text, agent: row[7].text, thinkingMode: row[13].text, computer: row[8].text ?? "",
            tmuxName: row[9].text, createdAt: moment(row[10]), lastActivity: moment(row[11]), closedAt: moment(row[12]),
            nativeSessionID: row[14].text)
    }

    /// Each database gives moments another spelling.
    private static func moment(_ value: Value) -> String? {
        value.text.map { Moment(parsing: $0)?.text ?? $0 }
    }
}
