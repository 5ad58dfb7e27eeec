import Dialects
import TCRuntime
import TCTerminal

/// Sessions as people read them.
enum SessionTexts {
    /// Returns everything that is known about one session.
    static func page(_ session: SessionDocument, for me: WhoamiDocument) -> String {
        let lines = [
            ("session", session.sessionID), ("title", titled(session, for: me)),
            ("owner", session.ownerPerson ?? "nobody"), ("state", session.status), ("host", host(session)),
            ("visibility", session.visibility), ("project", session.projectPath ?? "-"),
            ("agent", session.agent ?? "-"), ("computer", session.computer),
            ("started", TimestampText.inUTC(session.createdAt)),
            ("last activity", TimestampText.inUTC(session.lastActivity)),
            ("ended", TimestampText.inUTC(session.closedAt)),
        ]
        return lines.map { name, value in
            name + String(repeating: " ", count: 15 - name.count) + plain(value)
        }.joined(separator: "\n")
    }

    private static func host(_ session: SessionDocument) -> String {
        guard let host = session.host else { return "-" }
        guard let since = host.since, let reason = host.reason else { return host.state }
        return "\(host.state) since \(TimestampText.inUTC(since)): \(reason)"
    }

    static func titled(_ session: SessionDocument, for me: WhoamiDocument) -> String {
        let title = plain(session.title ?? "untitled")
        guard session.ownerPerson != me.person else { return title }
        return "[\(plain(session.ownerPerson ?? "nobody"))] \(title)"
    }

    /// Returns the text without control sequences, because text that others wrote must not control this terminal.
    static func plain(_ text: String) -> String {
        PlainText.of(text).replacing("\n", with: " ")
    }
}

/// Timestamps as people read them.
enum TimestampText {
    /// Returns the time to the second, in UTC as everywhere: `2026-11-25 09:30:00`.
    static func short(_ text: String?) -> String {
        guard let text else { return "-" }
        return String(text.prefix(19)).replacing("T", with: " ")
    }

    /// Returns the time with the word UTC, where no heading says it: `2026-11-25 09:30:00 UTC`.
    static func inUTC(_ text: String?) -> String { text.map { "\(short($0)) UTC" } ?? "-" }

    /// Returns how long ago the time was, such as `5 min ago`, as long as that is more precise than the day.
    static func ago(_ text: String?, _ now: Timestamp) -> String {
        guard let text, let moment = Timestamp(parsing: text) else { return "-" }
        let seconds = now.seconds(since: moment)
        switch seconds {
        case ..<60: return "just now"
        case ..<3_600: return "\(seconds / 60) min ago"
        case ..<86_400: return "\(seconds / 3_600) h ago"
        case ..<(30 * 86_400): return "\(seconds / 86_400) d ago"
        default: return String(text.prefix(10))
        }
    }
}
