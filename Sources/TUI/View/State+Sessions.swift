import TCRuntime

extension State {
    /// The body of the session page: the list, and the selected session's data beside or below it.
    var sessionsBody: [Line] {
        let layout = layout
        var list: [Line] = (0..<layout.list).map { listLine(browser.top + $0, layout.listColumns) }
        if browser.rowCount == 0 { list[0] = [Span(" " + emptyText, .dim)] }
        return State.beside(list, details(browser.selectedSession), layout)
    }

    private var emptyText: String {
        if link != .up { return "connecting …" }
        if !isLoaded { return "loading …" }
        return query.isFiltering ? "no session matches; Esc shows all" : "no sessions; n starts one"
    }

    /// Puts details to the right of a list, or below it.
    static func beside(_ list: [Line], _ details: [Line], _ layout: Layout) -> [Line] {
        guard layout.detailsBeside else {
            guard layout.details > 0 else { return list }
            let rule = [Span(String(repeating: "─", count: layout.size.columns), .dim)]
            return list + ([rule] + details).prefix(layout.details)
        }
        return list.indices.map { at in
            let right: Line = details.indices.contains(at) ? details[at] : []
            return list[at].fitted(to: layout.listColumns) + [Span("│ ", .dim)] + right
        }
    }

    private func listLine(_ row: Int, _ columns: Int) -> Line {
        guard let place = browser.place(row) else { return [] }
        let line =
            place.session == nil ? heading(browser.groups[place.group], columns) : sessionLine(place, columns)
        return row == browser.selected ? line.fitted(to: columns).styled(.selected) : line
    }

    private func heading(_ group: Group, _ columns: Int) -> Line {
        let count = " (\(group.count))"
        let name = Cells.shortened(Cells.clean(group.key.name), to: columns - 3 - count.count)
        return [Span(group.isFolded ? " + " : " - ", .dim), Span(name, .project), Span(count, .dim)]
    }

    private func sessionLine(_ place: Place, _ columns: Int) -> Line {
        guard let session = browser.session(at: place) else { return [Span("   …", .dim)] }
        let age = Cells.fitted(TimeText.age(session.lastActivity, at: now), to: 4)
        let state =
            columns < 60 ? "\(StateText.short(session).prefix(1)) " : Cells.fitted(StateText.short(session), to: 13)
        let agent = columns < 70 ? "" : Cells.fitted(Cells.clean(session.agent ?? "-"), to: 10) + " "
        let end = [Span(state, StateText.style(session)), Span(" " + agent, .dim), Span(age, .dim)]
        let badge = badge(session).map { Cells.shortened(Cells.clean($0), to: columns / 3) + " " } ?? ""
        let mark = session.isShared ? " * " : "   "
        let room = columns - end.reduce(0) { $0 + Cells.width($1.text) } - 4 - Cells.width(badge)
        let title = Cells.fitted(Cells.clean(session.title ?? "untitled"), to: max(1, room))
        return [Span(mark, .dim), Span(badge, .badge), Span(title), Span(" ")] + end
    }

    /// Returns all data of a session except its transcript. The most important come first, because not all may fit.
    func details(_ session: SessionDocument?) -> [Line] {
        guard let session else { return [[Span(" " + (browser.selectedProject ?? "no session is selected"), .dim)]] }
        let host = session.host.map { host in
            [host.state, host.since.map { "since \(TimeText.moment($0))" }, host.reason].compactMap { $0 }
                .joined(separator: " ")
        }
        let facts: [(String, String)] = [
            ("title", session.title ?? "untitled"),
            ("owner", session.ownerPerson ?? "nobody"), ("state", session.stateInWords),
            ("seen by", session.isShared ? "everybody here" : "its owner, and admins"),
            ("agent", session.agent ?? "-"), ("project", session.projectPath ?? "-"),
            ("last", TimeText.moment(session.lastActivity)), ("started", TimeText.moment(session.createdAt)),
            ("ended", TimeText.moment(session.closedAt)), ("host", host ?? "-"), ("machine", session.computer),
            ("session", session.sessionID),
        ]
        return size.columns < 110 && size.columns >= 76 ? State.inPairs(facts, size.columns) : facts.map(State.fact)
    }

    private static func fact(_ fact: (name: String, value: String)) -> Line {
        [Span(" " + Cells.fitted(fact.name, to: 8), .dim), Span(fact.value)]
    }

    /// Returns lines with two facts each, so that all facts fit below a list. The title has a line of its own.
    private static func inPairs(_ facts: [(String, String)], _ columns: Int) -> [Line] {
        var lines = [fact(facts[0])]
        for at in stride(from: 1, to: facts.count, by: 2) {
            let left = fact(facts[at]).fitted(to: columns / 2)
            lines.append(at + 1 < facts.count ? left + fact(facts[at + 1]) : left)
        }
        return lines
    }
}

/// A session's state in a list.
enum StateText {
    /// Returns the state behind a mark; an exclamation mark where something is wrong with the session's host.
    static func short(_ session: SessionDocument) -> String {
        "\(session.hostTrouble == nil ? mark(session.state) : "!") \(session.status)"
    }

    /// Returns a mark for the state, so that states can be told apart without colours.
    private static func mark(_ state: Session.State?) -> String {
        switch state {
        case .active?, .headless?: "+"
        case .initializing?, .closing?: "~"
        case .lost?: "?"
        case .closed?, nil: "."
        }
    }

    static func style(_ session: SessionDocument) -> Style {
        switch session.state {
        case .active?, .headless?, .initializing?: session.host?.presence == .refused ? .trouble : .running
        case .lost?: .trouble
        case .closing?, .closed?, nil: .over
        }
    }
}
