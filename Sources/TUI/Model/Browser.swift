import TCRuntime

/// The key by which sessions are grouped in the list.
enum GroupKey: Hashable, Sendable {
    case project(String)
    case noProject
    /// The one group of all sessions, in a list without projects.
    case all

    init(path: String?) { self = path.map { $0.isEmpty ? .noProject : .project($0) } ?? .noProject }

    /// Paths are compared by their bytes, as the database does: a `String` equals another whose accents are composed otherwise, and
    /// the two are different folders.
    static func == (a: GroupKey, b: GroupKey) -> Bool {
        switch (a, b) {
        case (.project(let a), .project(let b)): a.utf8.elementsEqual(b.utf8)
        case (.noProject, .noProject), (.all, .all): true
        case (.project, _), (.noProject, _), (.all, _): false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .project(let path): hasher.combine(Array(path.utf8))
        case .noProject: hasher.combine(1)
        case .all: hasher.combine(2)
        }
    }
}

/// The sessions of one project, newest first.
struct Group {
    let key: GroupKey
    /// The sessions that were started since the pages were asked for.
    var fresh: [SessionDocument] = []
    var pages: Pages<SessionDocument>
    var isFolded = false

    var count: Int { fresh.count + pages.count }

    subscript(index: Int) -> SessionDocument? {
        index < fresh.count ? fresh[index] : pages[index - fresh.count]
    }

    func index(of id: String) -> Int? {
        if let at = fresh.firstIndex(where: { $0.sessionID == id }) { return at }
        return pages.index { $0.sessionID == id }.map { $0 + fresh.count }
    }

    mutating func replace(_ index: Int, by session: SessionDocument) {
        if index < fresh.count { fresh[index] = session } else { pages.replace(index - fresh.count, by: session) }
    }
}

/// A row of the list: a project's heading, or one of its sessions.
struct Place: Equatable {
    var group: Int
    /// The session's index in its group; `nil` for the heading.
    var session: Int?
}

/// The list of all sessions that the user may see. Only the rows around the screen are kept in memory.
struct Browser {
    private(set) var groups: [Group] = []
    /// The selected row, counted over all rows that are not folded away.
    private(set) var selected = 0
    /// The first row on the screen.
    private(set) var top = 0
    /// The session to select as soon as its row arrives: the one that was selected when the list was asked for anew, or a session
    /// that `select` named before its row was there.
    private var anchor: String?

    var rowCount: Int { groups.reduce(0) { $0 + Self.rows($1) } }
    var sessionCount: Int { groups.reduce(0) { $0 + $1.count } }

    private static func hasHeading(_ group: Group) -> Bool { group.key != .all }

    private static func rows(_ group: Group) -> Int {
        (hasHeading(group) ? 1 : 0) + (group.isFolded ? 0 : group.count)
    }

    /// Returns the place that a row shows; `nil` if there is no such row.
    func place(_ row: Int) -> Place? {
        var left = row
        for (at, group) in groups.enumerated() {
            let rows = Self.rows(group)
            guard left >= rows else {
                let heading = Self.hasHeading(group) ? 1 : 0
                return Place(group: at, session: left < heading ? nil : left - heading)
            }
            left -= rows
        }
        return nil
    }

    func row(of place: Place) -> Int {
        let before = groups[..<place.group].reduce(0) { $0 + Self.rows($1) }
        return before + (place.session.map { $0 + (Self.hasHeading(groups[place.group]) ? 1 : 0) } ?? 0)
    }

    func session(at place: Place) -> SessionDocument? { place.session.flatMap { groups[place.group][$0] } }

    var selectedPlace: Place? { place(selected) }
    var selectedSession: SessionDocument? { selectedPlace.flatMap(session(at:)) }

    var isAllFolded: Bool { groups.allSatisfy(\.isFolded) }

    /// The project that the selected row belongs to.
    var selectedProject: String? {
        guard let place = selectedPlace else { return nil }
        switch groups[place.group].key {
        case .project(let path): return path
        case .noProject: return nil
        case .all: return selectedSession?.projectPath
        }
    }

    /// Moves the selection, and scrolls so that the selected row is among the `height` visible ones.
    mutating func select(_ row: Int, height: Int) {
        anchor = nil
        move(to: row, height)
    }

    private mutating func move(to row: Int, _ height: Int) {
        selected = max(0, min(row, rowCount - 1))
        scroll(height)
    }

    private mutating func scroll(_ height: Int) {
        let height = max(1, height)
        if selected < top { top = selected }
        if selected >= top + height { top = selected - height + 1 }
        top = max(0, min(top, rowCount - height))
    }

    /// Returns the row of the next heading below the selected row (`step` 1) or above it (-1); `nil` if there is none.
    func heading(_ step: Int) -> Int? {
        guard let place = selectedPlace else { return nil }
        if step < 0, place.session != nil { return row(of: Place(group: place.group)) }
        let next = place.group + step
        return groups.indices.contains(next) ? row(of: Place(group: next)) : nil
    }

    /// Folds or unfolds the selected row's project, and selects its heading; `nil` changes it to the other. The selection stays where it
    /// is if that changes nothing.
    mutating func setFolded(_ isFolded: Bool?, height: Int) {
        guard let place = selectedPlace, Self.hasHeading(groups[place.group]) else { return }
        let wanted = isFolded ?? !groups[place.group].isFolded
        guard groups[place.group].isFolded != wanted else { return }
        groups[place.group].isFolded = wanted
        select(row(of: Place(group: place.group)), height: height)
    }

    mutating func setAllFolded(_ isFolded: Bool, height: Int) {
        let group = selectedPlace?.group
        for at in groups.indices where Self.hasHeading(groups[at]) { groups[at].isFolded = isFolded }
        select(group.map { row(of: Place(group: $0)) } ?? 0, height: height)
    }
}

extension Browser {
    /// Replaces the groups. Folded groups stay folded. The selected session stays selected if its row arrives again.
    mutating func replace(by counts: [(key: GroupKey, count: Int)], height: Int) {
        let before = Dictionary(uniqueKeysWithValues: groups.map { ($0.key, $0) })
        let (place, session, isFirst) = (selectedPlace, selectedSession?.sessionID, groups.isEmpty)
        let key = place.map { groups[$0.group].key }
        groups = counts.map { key, count in
            guard var group = before[key] else { return Group(key: key, pages: Pages(count: count)) }
            group.fresh = []
            group.pages.renew(count: count)
            return group
        }
        anchor = session
        // The first session of all, below its heading.
        if isFirst { return move(to: groups.first.map(Self.hasHeading) == true ? 1 : 0, height) }
        guard top > 0 || selected > 0, let place, let at = groups.firstIndex(where: { $0.key == key }) else {
            return move(to: 0, height)
        }
        go(to: Place(group: at, session: place.session), height)
    }

    /// Selects a place, or the nearest one that exists in its group.
    private mutating func go(to place: Place, _ height: Int) {
        let group = groups[place.group]
        let session = group.isFolded || group.count == 0 ? nil : place.session.map { min($0, group.count - 1) }
        move(to: row(of: Place(group: place.group, session: session)), height)
    }

    /// Updates the row of a session that the daemon told about. Returns false if no row in memory shows the session.
    mutating func update(_ session: SessionDocument) -> Bool {
        for key in [GroupKey(path: session.projectPath), .all] {
            guard let at = groups.firstIndex(where: { $0.key == key }),
                let index = groups[at].index(of: session.sessionID)
            else { continue }
            var session = session
            // An event has no data about the host, so the known data stays.
            if session.host == nil, session.closedAt == nil { session.host = groups[at][index]?.host }
            groups[at].replace(index, by: session)
            return true
        }
        return false
    }

    /// Selects a session. If its row is not in memory yet, it is selected when the row arrives.
    mutating func select(_ id: String, height: Int) {
        for at in groups.indices where !groups[at].isFolded {
            guard let index = groups[at].index(of: id) else { continue }
            return select(row(of: Place(group: at, session: index)), height: height)
        }
        anchor = id
    }

    /// Inserts a new session as the first of its project. The selected row stays selected.
    mutating func insert(_ session: SessionDocument, isGrouped: Bool, height: Int) {
        let key = isGrouped ? GroupKey(path: session.projectPath) : .all
        let place = selectedPlace
        var added = 1
        if !groups.contains(where: { $0.key == key }) {
            groups.insert(Group(key: key, pages: Pages(count: 0)), at: 0)
            added += Self.hasHeading(groups[0]) ? 1 : 0
        }
        guard let at = groups.firstIndex(where: { $0.key == key }) else { return }
        groups[at].fresh.insert(session, at: 0)
        if anchor == session.sessionID { return select(session.sessionID, height: height) }
        guard let place, selected > 0, !groups[at].isFolded else { return move(to: selected, height) }
        let isAbove = added > 1 || at < place.group || at == place.group && place.session != nil
        if isAbove, top > 0 { top += added }
        move(to: selected + (isAbove ? added : 0), height)
    }

    /// Returns the pages to ask for, so that all rows on the screen are in memory, and two screens (at least 50 rows) before and after
    /// it. Pages farther away are forgotten.
    mutating func requests(height: Int) -> [(key: GroupKey, request: PageRequest)] {
        let ahead = max(2 * height, 50)
        let wanted = max(0, top - ahead)..<top + height + ahead
        var (result, before) = ([(key: GroupKey, request: PageRequest)](), 0)
        for at in groups.indices {
            let rows = Self.rows(groups[at])
            defer { before += rows }
            let first = before + (Self.hasHeading(groups[at]) ? 1 : 0) + groups[at].fresh.count
            let range = max(0, wanted.lowerBound - first)..<max(0, wanted.upperBound - first)
            guard !groups[at].isFolded, before < wanted.upperBound, before + rows > wanted.lowerBound else {
                groups[at].pages.forget()
                continue
            }
            groups[at].pages.keep(range)
            if groups.count(where: \.pages.isAwaiting) < Self.mostRequests,
                let request = groups[at].pages.request(for: range)
            {
                result.append((groups[at].key, request))
            }
        }
        return result
    }

    /// The largest number of groups whose pages are awaited at the same time. The daemon itself answers only a few requests of one caller
    /// at once, and lets the others wait (`FairShare`).
    private static let mostRequests = 4

    mutating func receive(_ page: SessionsDocument, for key: GroupKey, _ number: Int, height: Int) {
        guard let at = groups.firstIndex(where: { $0.key == key }) else { return }
        let place = selectedPlace
        let known = Set(groups[at].fresh.map(\.sessionID))
        groups[at].pages.receive(number, page.sessions, next: page.next)
        // The page also holds the sessions that an event had added before the page arrived.
        if number == 0, !known.isEmpty {
            let there = Set(page.sessions.map(\.sessionID))
            groups[at].fresh.removeAll { there.contains($0.sessionID) }
        }
        if let anchor, let index = groups[at].index(of: anchor), !groups[at].isFolded {
            self.anchor = nil
            return move(to: row(of: Place(group: at, session: index)), height)
        }
        guard let place else { return move(to: selected, height) }
        go(to: place, height)
    }

    mutating func giveUp(_ key: GroupKey) {
        guard let at = groups.firstIndex(where: { $0.key == key }) else { return }
        groups[at].pages.giveUp()
    }

    mutating func giveUpAll() {
        for at in groups.indices { groups[at].pages.giveUp() }
    }
}
