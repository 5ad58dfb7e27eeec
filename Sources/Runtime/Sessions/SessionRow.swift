import Dialects

/// Reads rows of `sessions`.
enum SessionRow {
    static let columns = SessionMember.all.compactMap(\.column).joined(separator: ", ")

    /// Reads a session. Some rows of the existing install have no state; such a session counts as active until it is closed.
    static func session(_ row: Row) -> Session {
        func text(_ column: String) -> String? { row[column]?.text }
        // The two databases write timestamps in different forms.
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
