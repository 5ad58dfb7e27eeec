import Dialects
import TCRuntime

/// Describes sessions and audit entries in words. A session's line begins with the number by which commands name the session.
struct PlainWords {
    var me: WhoamiDocument

    func isMine(_ session: SessionDocument) -> Bool {
        session.ownerPerson == me.person && session.ownerUID == me.uid
    }

    func line(_ number: Int, _ session: SessionDocument, at now: Timestamp) -> String {
        let badge = me.isShared && !isMine(session) ? "[\(session.ownerPerson ?? "nobody")] " : ""
        let parts = [
            "\(number). \(badge)\(session.title ?? "untitled")", session.stateInWords, session.agent,
            session.projectPath.map { "in \($0)" }, "\(TimeText.age(session.lastActivity, at: now)) ago",
        ]
        return Cells.clean(parts.compactMap { $0 }.joined(separator: ", "))
    }

    func page(_ session: SessionDocument) -> [String] {
        [
            "title: \(session.title ?? "untitled")", "owner: \(session.ownerPerson ?? "nobody")",
            "state: \(session.stateInWords)", "seen by: \(session.visibility)",
            "agent: \(session.agent ?? "none")", "project: \(session.projectPath ?? "none")",
            "machine: \(session.computer)", "started: \(TimeText.moment(session.createdAt))",
            "last activity: \(TimeText.moment(session.lastActivity))", "ended: \(TimeText.moment(session.closedAt))",
            "session: \(session.sessionID)",
        ].map(Cells.clean)
    }

    func line(_ entry: AuditEntry) -> String {
        let owner = entry.ownerPerson.map { " of \($0)" } ?? ""
        let session = entry.sessionID.map { " session \($0)\(owner)" } ?? ""
        let reason = entry.reason.map { ", reason: \($0)" } ?? ""
        return Cells.clean(
            "\(TimeText.moment(entry.at)) \(entry.person ?? "uid \(entry.uid)") \(entry.action)\(session), \(entry.outcome)\(reason)"
        )
    }
}
