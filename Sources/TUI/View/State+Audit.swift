import TCRuntime

extension State {
    /// The body of the audit page: the entries, and all data of the selected one.
    var auditBody: [Line] {
        let layout = layout
        var list: [Line] = (0..<layout.list).map { auditLine(audit.top + $0, layout.listColumns) }
        if audit.entries.count == 0 { list[0] = [Span(" nobody looked at anything", .dim)] }
        return State.beside(list, entryDetails(audit.selectedEntry), layout)
    }

    private func auditLine(_ row: Int, _ columns: Int) -> Line {
        guard row < audit.entries.count else { return [] }
        guard let entry = audit.entries[row] else { return [Span(" …", .dim)] }
        let age = Cells.fitted(TimeText.age(entry.at, at: now), to: 4)
        let who = Cells.fitted(Cells.clean(entry.person ?? "uid \(entry.uid)"), to: columns < 60 ? 8 : 14)
        let owner = entry.ownerPerson.map { "[\($0)] " } ?? ""
        let line: Line = [
            Span(" \(age) ", .dim), Span(who + " "), Span(Cells.fitted(Cells.clean(entry.action), to: 16), .strong),
            Span(Cells.fitted(entry.outcome, to: 8), entry.outcome == "allowed" ? .normal : .trouble),
            Span(" " + owner, .badge), Span(entry.reason ?? "", .dim),
        ]
        return row == audit.selected ? line.fitted(to: columns).styled(.selected) : line
    }

    private func entryDetails(_ entry: AuditEntry?) -> [Line] {
        guard let entry else { return [] }
        let facts: [(String, String)] = [
            ("entry", String(entry.seq)), ("at", TimeText.moment(entry.at)),
            ("who", "\(entry.person ?? "nobody") (\(entry.role), uid \(entry.uid))"),
            ("did", "\(entry.action), \(entry.outcome)"), ("owner", entry.ownerPerson ?? "-"),
            ("session", entry.sessionID ?? "-"), ("inside", entry.callerSession ?? "-"),
        ]
        let columns = layout.detailsBeside ? size.columns - layout.listColumns - 2 : size.columns
        let reason = Cells.wrapped(Cells.clean(entry.reason ?? "no reason"), to: columns - 10)
        return reason.enumerated().map { [Span($0 == 0 ? " reason  " : "         ", .dim), Span($1)] }
            + facts.map { [Span(" " + Cells.fitted($0.0, to: 8), .dim), Span($0.1)] }
    }
}
