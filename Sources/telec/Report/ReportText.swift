import TCRuntime
import TCTerminal

/// A report as text. On a terminal its tables are made to fit: first names that are too long are cut, then the columns of
/// activities.
struct ReportText {
    /// The terminal's width in columns; `nil` leaves the width unlimited.
    let width: Int?

    func of(_ report: Report) -> String {
        [
            prose("\(plain(report.computer)), \(report.period.from) to \(report.period.to) (UTC)"),
            counts("SESSIONS", report.sessions.states + agents(report.sessions)), owners(report.owners),
            activity(report.activity), people(report.audit), actions(report.audit),
            report.verification.sentences.map { prose(plain($0.text)) }.joined(separator: "\n"),
            report.storage.facts.map { prose("\($0.0): \($0.1)") }.joined(separator: "\n"),
        ].joined(separator: "\n\n")
    }

    private func prose(_ text: String) -> String { Paragraph.wrapped(text, to: width) }

    private func rendered(_ table: TextTable, cutting flexible: [Int] = [0]) -> String {
        table.rendered(to: width, cutting: flexible)
    }

    private func agents(_ sessions: Report.Sessions) -> [Report.Count] {
        var counts = sessions.agents.map { Report.Count(name: "agent \($0.name)", count: $0.count) }
        if sessions.rest.number > 0 {
            let others = "\(Formatting.count(sessions.rest.number)) other agents"
            counts.append(Report.Count(name: others, count: sessions.rest.count))
        }
        return counts + [Report.Count(name: "no agent", count: sessions.commands)]
    }

    private func counts(_ title: String, _ counts: [Report.Count]) -> String {
        var table = TextTable((title, .left), ("NUMBER", .right))
        for count in counts { table.add(plain(count.name), Formatting.count(count.count)) }
        return rendered(table)
    }

    private func owners(_ owners: Report.Owners) -> String {
        var table = TextTable(("OWNER", .left), ("SESSIONS", .right), ("OPEN", .right), ("LAST ACTIVE (UTC)", .left))
        for owner in owners.largest {
            table.add(
                plain(owner.name), Formatting.count(owner.sessions), Formatting.count(owner.open),
                owner.active.map(TimestampText.short) ?? "-")
        }
        if owners.rest.number > 0 {
            table.add("\(Formatting.count(owners.rest.number)) others", Formatting.count(owners.rest.count), "", "")
        }
        if owners.orphaned > 0 { table.add("(not known)", Formatting.count(owners.orphaned), "", "") }
        return rendered(table)
    }

    /// Returns the days on which something happened.
    private func activity(_ days: [Report.Day]) -> String {
        var table = TextTable(("DAY", .left), ("STARTED", .right), ("ENDED", .right), ("AUDIT ENTRIES", .right))
        for day in days where max(day.started, day.ended, day.entries) > 0 {
            table.add(
                day.day, Formatting.count(day.started), Formatting.count(day.ended), Formatting.count(day.entries))
        }
        return rendered(table)
    }

    private func people(_ audit: Report.Audit) -> String {
        var table = TextTable(("WHO", .left), ("ENTRIES", .right), ("DID", .left))
        for person in audit.people {
            let did = person.actions.map { "\($0.name) \(Formatting.count($0.count))" }.joined(separator: ", ")
            table.add(plain(person.name), Formatting.count(person.entries), plain(did))
        }
        if audit.rest.number > 0 {
            table.add("\(Formatting.count(audit.rest.number)) others", Formatting.count(audit.rest.count), "")
        }
        if audit.unknown > 0 { table.add("(nobody's accounts)", Formatting.count(audit.unknown), "") }
        return rendered(table, cutting: [2, 0])
    }

    private func actions(_ audit: Report.Audit) -> String {
        var table = TextTable(("ACTION", .left), ("ALLOWED", .right), ("REFUSED", .right), ("FAILED", .right))
        for action in audit.actions {
            table.add(
                plain(action.name), Formatting.count(action.allowed), Formatting.count(action.refused),
                Formatting.count(action.failed))
        }
        return rendered(table)
    }

    private func plain(_ text: String) -> String { SessionTexts.plain(text) }
}
