import TCRuntime

extension State {
    /// Handles the keys of the session list that do not move the selection.
    mutating func command(_ key: Key) -> [Effect] {
        let height = layout.list
        switch key {
        case .character("q"): return [.terminal(.quit)]
        case .character("?"): help = 0
        case .character("a"): return openAudit()
        case .character("/"): ask("Search", .search, query.typed)
        case .character("f"): return change { $0.nextState() }
        case .character("o"): return change { $0.order = $0.order.next }
        case .escape: if query.isFiltering { return change { $0 = ListQuery(order: $0.order) } }
        case .character("r"): return reload()
        case .enter, .tab: return enter()
        case .right, .character("l"): browser.setFolded(false, height: height)
        case .left, .character("h"): browser.setFolded(true, height: height)
        case .character("z"): browser.setAllFolded(!browser.isAllFolded, height: height)
        case .character("}"), .character("]"): if let row = browser.heading(1) { browser.select(row, height: height) }
        case .character("{"), .character("["): if let row = browser.heading(-1) { browser.select(row, height: height) }
        case .character("n"): ask("Title of the new session", .title)
        case .character(let letter): return commandOnSession(letter)
        case .up, .down, .pageUp, .pageDown, .home, .end, .backspace, .delete, .control, .click, .wheel, .paste: break
        }
        return []
    }

    /// Handles the keys that act on the selected session.
    private mutating func commandOnSession(_ letter: Character) -> [Effect] {
        guard "tcsexA".contains(letter) else { return unknown(.character(letter)) }
        guard let session = browser.selectedSession else { return say("no session is selected") }
        let name = "\u{201C}\(Cells.shortened(Cells.clean(session.title ?? "untitled"), to: 30))\u{201D}"
        switch letter {
        case "t": return openTranscript(session, .terminal)
        case "c": return openTranscript(session, .conversation)
        case "s": ask("Type into \(name)", .send(session: session.sessionID))
        case "e": dialog = .question("End \(name) and what runs in its terminal?", yes: .end(session.sessionID))
        case "x":
            let isShared = session.isShared
            let what = isShared ? "Let only its owner and admins see" : "Let everybody on this system see"
            dialog = .question("\(what) \(name)?", yes: .share(session.sessionID, isShared: !isShared))
        default: return [.action(.attach(session.sessionID))]
        }
        return []
    }

    /// Attaches the selected session, or says why that is not possible. On a project's heading it folds or unfolds the project.
    private mutating func enter() -> [Effect] {
        guard let session = browser.selectedSession else {
            if browser.selectedPlace?.session == nil { browser.setFolded(nil, height: layout.list) }
            return []
        }
        guard isMine(session) else { return say("it is \(Cells.clean(session.ownerPerson ?? "nobody"))'s: t reads it") }
        guard session.closedAt == nil else { return say("it has ended: t reads it") }
        return [.action(.attach(session.sessionID))]
    }

    private mutating func openAudit() -> [Effect] {
        page = .audit
        return reloadAudit()
    }

    mutating func ask(_ question: String, _ purpose: Prompt.Purpose, _ text: String = "") {
        dialog = .line(Prompt(question, purpose, text: text))
    }

    mutating func change(_ body: (inout ListQuery) -> Void) -> [Effect] {
        body(&query)
        browser.select(0, height: layout.list)
        return reload()
    }

    // MARK: transcripts

    /// Opens a session's transcript. For another person's session the user has to give a reason first, and the question says that
    /// reading is logged.
    mutating func openTranscript(_ session: SessionDocument, _ view: TranscriptView) -> [Effect] {
        guard isMine(session) else {
            let owner = session.ownerPerson ?? "nobody"
            ask("This is \(owner)'s session. Reading it is logged. Reason", .reason(session, view))
            return []
        }
        return read(session, view, reason: nil)
    }

    mutating func read(_ session: SessionDocument, _ view: TranscriptView, reason: String?) -> [Effect] {
        readings += 1
        transcript = TranscriptPane(session: session, view: view, reading: readings, width: size.columns)
        page = .transcript
        return [.request(.stopReading), .request(.read(session.sessionID, reason: reason, view, reading: readings))]
    }
}

extension ListQuery.Order {
    var next: Self {
        switch self {
        case .projectsByActivity: .projectsByName
        case .projectsByName: .all
        case .all: .projectsByActivity
        }
    }
}
