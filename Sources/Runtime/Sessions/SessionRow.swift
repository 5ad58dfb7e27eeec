import Dialects

/// How a row of `sessions` is read.
enum SessionRow {
    static let columns = SessionMember.all.compactMap(\.column).joined(separator: ", ")

    /// The existing install wrote no state in some rows; those run as long as they are not closed.
    static func session(_ row: Row) -> Session {
        func text(_ column: String) -> String? { row[column]?.text }
        // Each database gives moments another spelling.
        func moment(_ column: String) -> String? { text(column).map { Timestamp(parsing: $0)?.text ?? $0 } }
        let closedAt = moment("closed_at")
        let state = text("lifecycle_status").flatMap(Session.State.init(rawValue:))
        return Session(
            id: text("session_id") ?? "", title: text("title"),
            owner: Owner(
                person: text("owner_person"), uid: row["owner_uid"]?.integer.flatMap { UInt32(exactly: $0) }),
            state: state ?? (closedAt == nil ? .active : .closed),
            visibility: text("visibility").flatMap(Session.Visibility.init(rawValue:)) ?? .private,
            projectPath: text("project_path"), agent: text("active_agent"), thinkingMode: text("thinking_mode"),
            computer: text("computer_name") ?? "", tmuxName: text("tmux_session_name"),
            createdAt: moment("created_at"), lastActivity: moment("last_activity"), closedAt: closedAt,
            nativeSessionID: text("native_session_id"))
    }
}
