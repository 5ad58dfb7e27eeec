import TCRuntime

/// The page of the audit log, newest entries first: who did what to whose sessions.
struct AuditPane {
    var entries = Pages<AuditEntry>(count: 1)
    private(set) var selected = 0
    private(set) var top = 0
    var generation = 0

    var selectedEntry: AuditEntry? { entries[selected] }

    mutating func select(_ row: Int, height: Int) {
        selected = max(0, min(row, entries.count - 1))
        if selected < top { top = selected }
        if selected >= top + height { top = selected - height + 1 }
        top = max(0, min(top, entries.count - height))
    }

    mutating func request(height: Int) -> PageRequest? {
        let wanted = max(0, top - 2 * height)..<top + 3 * height
        entries.keep(wanted)
        return entries.request(for: wanted)
    }

    /// Begins a new request for the newest entries, and returns its generation.
    mutating func askAgain() -> Int {
        generation += 1
        entries.giveUp()
        return generation
    }

    /// Takes a page. The newest page (0) determines where the later ones begin, so they are dropped and asked for again.
    mutating func receive(_ document: AuditDocument, _ page: Int, height: Int) {
        if page == 0 { entries = Pages(count: 1) }
        entries.receive(page, document.entries, next: document.next.map { String($0) })
        select(selected, height: height)
    }
}
