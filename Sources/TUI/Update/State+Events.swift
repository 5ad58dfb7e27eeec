import Dialects
import TCRuntime

extension State {
    /// Changes the state for an event, and returns the effects to carry out. The same events always lead to the same state.
    mutating func handle(_ event: Event) -> [Effect] {
        var effects: [Effect]
        switch event {
        case .key(let key): effects = press(key)
        case .size(let size): effects = resize(size)
        case .tick: effects = tick()
        case .interrupted: effects = [.terminal(.quit)]
        case .connected(let me): effects = connect(me)
        case .disconnected(let why): effects = disconnect(why)
        case .told(let session, let isNew): effects = hear(session, isNew: isNew)
        case .missedSome: effects = reload()
        case .projects, .projectsFailed, .page, .pageFailed, .audit, .auditFailed: effects = take(event)
        case .transcript(let news, let reading): effects = take(news, reading)
        case .done(let text): effects = say(text)
        case .failed(let text): effects = say(text, isTrouble: true)
        case .notice(let text): effects = tell(text)
        case .started(let session, let notice): effects = begin(session, notice)
        case .terminal(let terminal): effects = [.terminal(.hand(terminal))]
        case .quiet(let number): effects = number == generation && browser.top == 0 && dialog == nil ? reload() : []
        }
        return effects + wants()
    }

    /// Returns effects that load the pages that the screen needs.
    private mutating func wants() -> [Effect] {
        guard link == .up else { return [] }
        switch page {
        case .sessions:
            return browser.requests(height: layout.list).map {
                .request(.loadPage(query, $0.key, $0.request, generation: generation))
            }
        case .audit:
            guard let request = audit.request(height: layout.list) else { return [] }
            return [.request(.loadAudit(request, generation: audit.generation))]
        case .transcript: return []
        }
    }

    mutating func say(_ text: String, isTrouble: Bool = false) -> [Effect] {
        message = Message(text: text, isTrouble: isTrouble)
        return []
    }

    private mutating func tell(_ text: String) -> [Effect] {
        dialog = .notice(text)
        return []
    }

    private mutating func resize(_ newSize: Size) -> [Effect] {
        size = newSize
        browser.select(browser.selected, height: layout.list)
        audit.select(audit.selected, height: layout.list)
        transcript?.resize(to: size.columns)
        return [.terminal(.redraw)]
    }

    private mutating func tick() -> [Effect] {
        now = .now
        if hasNews, page == .sessions, browser.top == 0, dialog == nil { return reload() }
        // The daemon sends no events about new audit entries, so they are asked for; but not while the user has scrolled down.
        guard page == .audit, audit.top == 0, link == .up, !audit.entries.isAwaiting else { return [] }
        return reloadAudit()
    }

    // MARK: the line to the daemon

    private mutating func connect(_ who: WhoamiDocument) -> [Effect] {
        me = who
        link = .up
        attempts = 0
        return reload()
    }

    /// Marks the connection as lost, and tries again after a pause. Pending answers are given up; the list stays on the screen.
    private mutating func disconnect(_ why: String) -> [Effect] {
        link = .down(why)
        attempts += 1
        generation += 1
        browser.giveUpAll()
        audit.entries.giveUp()
        return [.request(.listen(afterSeconds: min(attempts, Self.longestPause)))]
    }

    private static let longestPause = 5

    mutating func reload() -> [Effect] {
        guard link == .up else { return [] }
        generation += 1
        hasNews = false
        return [.request(.loadProjects(query, generation: generation))]
    }

    /// Asks for the newest entries of the audit log.
    mutating func reloadAudit() -> [Effect] {
        [.request(.loadAudit(PageRequest(page: 0, after: nil), generation: audit.askAgain()))]
    }

    private mutating func hear(_ session: SessionDocument, isNew: Bool) -> [Effect] {
        if transcript?.session.sessionID == session.sessionID { transcript?.session = session }
        if browser.update(session) { return [] }
        if isNew, query.takes(session) {
            browser.insert(session, isGrouped: query.order != .all, height: layout.list)
            return []
        }
        guard !hasNews else { return [] }
        hasNews = true
        return [.request(.reloadSoon(generation: generation))]
    }

    private mutating func begin(_ session: SessionDocument, _ notice: String?) -> [Effect] {
        browser.select(session.sessionID, height: layout.list)
        message = Message(text: "started: \(session.title ?? session.sessionID)")
        if let notice { dialog = .notice(notice) }
        return []
    }
}
