import TCRuntime

extension State {
    /// Handles a key. An open dialog gets the key; if there is none, the help if it is shown; otherwise the page.
    mutating func press(_ key: Key) -> [Effect] {
        if key == .control("l") { return [.terminal(.redraw)] + reload() }
        if key == .control("z") { return [.terminal(.suspend)] }
        if dialog != nil { return answer(key) }
        if help != nil { return pressInHelp(key) }
        message = nil
        switch page {
        case .sessions: return pressInSessions(key)
        case .transcript: return pressInTranscript(key)
        case .audit: return pressInAudit(key)
        }
    }

    private mutating func pressInHelp(_ key: Key) -> [Effect] {
        switch Motion(key) {
        case .by(let rows)?: help = max(0, min((help ?? 0) + rows, HelpText.lines.count - 1))
        case .page(let pages)?: help = max(0, min((help ?? 0) + pages * layout.body, HelpText.lines.count - 1))
        case .first?: help = 0
        case .last?: help = max(0, HelpText.lines.count - layout.body)
        case .row?: break
        case nil: help = nil
        }
        return []
    }

    /// Handles the keys that mean the same on the transcript and the audit page; returns `nil` for other keys.
    private mutating func pressAnywhere(_ key: Key) -> [Effect]? {
        switch key {
        case .character("?"): help = 0
        case .character("a") where page != .audit:
            page = .audit
            message = nil
            return stopReading() + reloadAudit()
        case .character("q"), .escape, .character("h"), .left, .backspace:
            page = .sessions
            return stopReading()
        case .character, .up, .down, .right, .pageUp, .pageDown, .home, .end, .enter, .delete, .tab, .control, .click,
            .wheel, .paste:
            return nil
        }
        return []
    }

    mutating func stopReading() -> [Effect] {
        guard transcript != nil else { return [] }
        transcript = nil
        return [.request(.stopReading)]
    }

    private mutating func pressInTranscript(_ key: Key) -> [Effect] {
        let height = transcriptHeight
        switch Motion(key) {
        case .by(let rows)?: transcript?.scroll(rows, height: height)
        case .page(let pages)?: transcript?.scroll(pages * max(1, height - 1), height: height)
        case .first?: transcript?.goToStart()
        case .last?: transcript?.goToEnd()
        case .row?: break
        case nil: return changeView(key) ?? pressAnywhere(key) ?? unknown(key)
        }
        return []
    }

    /// Changes between the terminal's text and the conversation with the agent; returns `nil` for other keys. Each change begins a
    /// new reading, which takes a reason again if the session is another person's.
    private mutating func changeView(_ key: Key) -> [Effect]? {
        guard let transcript else { return nil }
        if key == .character("t") { return openTranscript(transcript.session, .terminal) }
        if key == .character("c") { return openTranscript(transcript.session, .conversation) }
        return nil
    }

    private mutating func pressInAudit(_ key: Key) -> [Effect] {
        let height = layout.list
        switch Motion(key) {
        case .by(let rows)?: audit.select(audit.selected + rows, height: height)
        case .page(let pages)?: audit.select(audit.selected + pages * height, height: height)
        case .first?: audit.select(0, height: height)
        case .last?: audit.select(audit.entries.count - 1, height: height)
        case .row(let row)?: select(clicked: row) { $0.audit.select($0.audit.top + $1, height: height) }
        case nil:
            if key == .character("r") {
                return reloadAudit()
            }
            return pressAnywhere(key) ?? unknown(key)
        }
        return []
    }

    /// Handles a click on a row of the screen: calls `body` with the row's number in the visible part of the list.
    mutating func select(clicked row: Int, _ body: (inout State, Int) -> Void) {
        let inList = row - 1 - (layout.hasBanner ? 1 : 0)
        guard (0..<layout.list).contains(inList) else { return }
        body(&self, inList)
    }

    mutating func unknown(_ key: Key) -> [Effect] {
        guard case .character = key else { return [] }
        return say("? shows what the keys do")
    }

    private mutating func pressInSessions(_ key: Key) -> [Effect] {
        guard let motion = Motion(key) else { return command(key) }
        let height = layout.list
        switch motion {
        case .by(let rows): browser.select(browser.selected + rows, height: height)
        case .page(let pages): browser.select(browser.selected + pages * height, height: height)
        case .first: browser.select(0, height: height)
        case .last: browser.select(browser.rowCount - 1, height: height)
        case .row(let row): select(clicked: row) { $0.browser.select($0.browser.top + $1, height: height) }
        }
        return []
    }
}

/// A movement through rows, by vim's keys, the arrow keys, or the mouse.
enum Motion {
    case by(Int)
    case page(Int)
    case first, last
    case row(Int)

    init?(_ key: Key) {
        switch key {
        case .down, .character("j"), .control("n"): self = .by(1)
        case .up, .character("k"), .control("p"): self = .by(-1)
        case .pageDown, .control("f"), .character(" "), .control("d"): self = .page(1)
        case .pageUp, .control("b"), .control("u"): self = .page(-1)
        case .home, .character("g"): self = .first
        case .end, .character("G"): self = .last
        case .wheel(let up): self = .by(up ? -3 : 3)
        case .click(let row): self = .row(row)
        case .character, .left, .right, .enter, .escape, .backspace, .delete, .tab, .control, .paste: return nil
        }
    }
}
