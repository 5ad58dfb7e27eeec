import TCPages

extension Report {
    /// The whole report as a self-contained HTML page: plots, and tables of what they show.
    package var page: String {
        let parts = [
            facts, title("Sessions"), statesTable, agentsTable, title("Owners"), ownersPart, title("Activity"),
            activityPart, title("Audit log"), auditPart, title("Verification of the log"), verificationPart,
            title("Storage"), storagePart,
        ]
        return HTMLDocument(title: "Report on \(computer)", body: parts.joined(separator: "\n")).text
    }

    private func title(_ text: String) -> String { "<h2>\(HTML.escaped(text))</h2>" }

    private func list(_ facts: [(String, String)]) -> String {
        let items = facts.map { "<dt>\(HTML.escaped($0.0))</dt><dd>\(HTML.escaped($0.1))</dd>" }
        return "<dl>\n\(items.joined(separator: "\n"))\n</dl>"
    }

    private var facts: String {
        let period = "\(period.from) to \(period.to): \(period.days) days of UTC, the last of them incomplete"
        return list([
            ("Made", made.asReportMoment), ("Daemon", "teleclauded \(daemon), mode \(mode)"), ("Period", period),
            ("Left out", "what was said in sessions, their titles and their folders"),
        ])
    }

    private var statesTable: String {
        let most = sessions.states.map(\.count).max() ?? 0
        return HTMLTable(
            caption: "All sessions by state: \(Grouped.text(sessions.all))", titles: ["State", "Sessions", ""],
            rows: sessions.states.map { [.head(HTML.name($0.name)), .number($0.count), .bar($0.count, of: most)] }
        ).html
    }

    private var agentsTable: String {
        let rows =
            sessions.agents.map { (HTML.name($0.name), $0.count) } + row("agents", sessions.rest)
            + (sessions.commands > 0 ? [("no agent: a command", sessions.commands)] : [])
        return ranking("Sessions by agent", ["Agent", "Sessions", ""], rows)
    }

    private var ownersPart: String {
        let most = owners.largest.map(\.sessions).max() ?? 0
        let shown = owners.largest.map { owner in
            [
                HTMLTable.Cell.head(HTML.name(owner.name)), .number(owner.sessions), .number(owner.open),
                .word(owner.active?.asReportDay ?? "–"), .bar(owner.sessions, of: most),
            ]
        }
        let sentence =
            owners.rest.number > 0
            ? "Of \(Grouped.text(owners.all)) owners the \(owners.largest.count) with the most sessions are shown; the other "
                + "\(Grouped.text(owners.rest.number)) have \(Grouped.text(owners.rest.count)) sessions together."
            : "\(Grouped.text(owners.all, "owner", "owners"))."
        let orphans =
            owners.orphaned > 0 ? " Sessions without a known owner: \(Grouped.text(owners.orphaned))." : ""
        return "<p>\(HTML.escaped(sentence + orphans))</p>\n"
            + HTMLTable(
                caption: "Sessions by owner", titles: ["Owner", "All", "Open", "Last active", ""], rows: shown
            ).html
    }

    private var activityPart: String {
        func chart(_ title: String, _ unit: String, _ value: (Day) -> Int) -> String {
            ColumnChart(title: title, unit: unit, columns: activity.map { .init($0.day, value($0)) }).html
        }
        return [
            chart("Sessions started per day", "sessions") { $0.started },
            chart("Sessions ended per day", "sessions") { $0.ended },
            chart("Audit entries per day", "entries") { $0.entries },
        ].joined(separator: "\n")
    }

    private var auditPart: String {
        let sentence =
            "\(Grouped.text(audit.entries, "entry", "entries")) in this period, this report's among them; the last of all has the number "
            + "\(Grouped.text(Int(audit.last)))."
        let others = audit.others > 0 ? " Entries of further actions: \(Grouped.text(audit.others))." : ""
        let mostOf = audit.actions.map(\.all).max() ?? 0
        let actions = audit.actions.map { action in
            [
                HTMLTable.Cell.head(HTML.name(action.name)), .number(action.allowed), .number(action.refused),
                .number(action.failed), .bar(action.all, of: mostOf),
            ]
        }
        return "<p>\(HTML.escaped(sentence + others))</p>\n" + peopleTable + "\n"
            + HTMLTable(
                caption: "Audit entries by action", titles: ["Action", "Allowed", "Refused", "Failed", ""],
                rows: actions
            ).html
    }

    private var peopleTable: String {
        let most = audit.people.map(\.entries).max() ?? 0
        var rows = audit.people.map { person in
            let did = person.actions.map { "\(HTML.name($0.name)) \(Grouped.text($0.count))" }.joined(separator: ", ")
            return [
                HTMLTable.Cell.head(HTML.name(person.name)), .markup(did), .number(person.entries),
                .bar(person.entries, of: most),
            ]
        }
        for (name, count) in row("people", audit.rest)
            + (audit.unknown > 0 ? [("accounts that are not in the settings", audit.unknown)] : [])
        {
            rows.append([.head(HTML.escaped(name)), .markup("–"), .number(count), .bar(count, of: most)])
        }
        return HTMLTable(
            caption: "Audit entries by person", titles: ["Who", "Did", "Entries", ""], rows: rows
        ).html
    }

    private var verificationPart: String {
        verification.sentences.map { "<p\($0.isBad ? " class=\"bad\"" : "")>\(HTML.escaped($0.text))</p>" }
            .joined(separator: "\n")
    }

    private var storagePart: String {
        list(storage.facts)
    }

    private func row(_ what: String, _ rest: Rest) -> [(String, Int)] {
        rest.number > 0 ? [("\(Grouped.text(rest.number)) other \(what)", rest.count)] : []
    }

    /// Makes a table of names with their counts.
    ///
    /// - Parameter rows: The names, which have to be escaped for HTML already, and the counts.
    private func ranking(_ caption: String, _ titles: [String], _ rows: [(String, Int)]) -> String {
        let most = rows.map(\.1).max() ?? 0
        return HTMLTable(
            caption: caption, titles: titles, rows: rows.map { [.head($0.0), .number($0.1), .bar($0.1, of: most)] }
        ).html
    }
}
