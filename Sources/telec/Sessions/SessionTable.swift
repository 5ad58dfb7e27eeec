import Dialects
import TCRuntime
import TCTerminal

/// Sessions as a table that fits a terminal. If the terminal is too narrow for a table, each session takes two lines.
struct SessionTable {
    let columns: [SessionColumn]
    let me: WhoamiDocument
    /// The terminal's width in columns; `nil` leaves the width unlimited.
    let width: Int?
    let now: Timestamp

    /// The smallest width to which a title is cut; a shorter one says too little.
    private static let least = 12

    func text(_ sessions: [SessionDocument]) -> String {
        guard !sessions.isEmpty else { return "no sessions" }
        var table = TextTable(columns.map { ($0.heading, .left) })
        for session in sessions { table.add(columns.map { cell($0, of: session) }) }
        guard let width else { return table.rendered() }
        let flexible = SessionColumn.flexible.compactMap { columns.firstIndex(of: $0) }
        return table.fit(flexible, to: width, least: Self.least) ? table.rendered() : stacked(sessions, width)
    }

    /// Renders the sessions in at most that number of lines. The last line says how many sessions have no room.
    func text(_ sessions: [SessionDocument], rows: Int) -> String {
        let text = text(sessions)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > rows, !sessions.isEmpty else { return text }
        let (each, heading) = lines.count.quotientAndRemainder(dividingBy: sessions.count)
        let shown = max(0, (rows - 1 - heading) / each)
        let rest = "… and \(sessions.count - shown) more"
        return (lines.prefix(shown == 0 ? 0 : heading + shown * each) + [rest[...]]).joined(separator: "\n")
    }

    /// Renders each session in two lines: the id first, because people copy it, and the other columns below.
    private func stacked(_ sessions: [SessionDocument], _ width: Int) -> String {
        sessions.map { session in
            let rest = columns.filter { $0 != .id && $0 != .title }.map { cell($0, of: session) }
            let details = (columns.contains(.title) ? [cell(.title, of: session)] : []) + rest
            let first = columns.contains(.id) ? [DisplayWidth.cut(cell(.id, of: session), to: width)] : []
            return (first + ["  " + fitted(details, width - 2)]).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// Joins the parts. The first part is cut as far as needed, then the end of the line.
    private func fitted(_ parts: [String], _ width: Int) -> String {
        guard let first = parts.first else { return "" }
        let rest = parts.dropFirst().map { "  " + $0 }.joined()
        let room = max(min(Self.least, width), width - DisplayWidth.of(rest))
        return DisplayWidth.cut(DisplayWidth.cut(first, to: room) + rest, to: width)
    }

    private func cell(_ column: SessionColumn, of session: SessionDocument) -> String {
        switch column {
        case .id: SessionTexts.plain(session.sessionID)
        case .title: SessionTexts.titled(session, for: me)
        case .state: session.stateInWords
        case .agent: SessionTexts.plain(session.agent ?? "-")
        case .activity: TimestampText.ago(session.lastActivity, now)
        case .owner: SessionTexts.plain(session.ownerPerson ?? "nobody")
        case .project: SessionTexts.plain(session.projectPath ?? "-")
        case .started: TimestampText.ago(session.createdAt, now)
        case .visibility: session.visibility
        case .computer: SessionTexts.plain(session.computer)
        }
    }
}
