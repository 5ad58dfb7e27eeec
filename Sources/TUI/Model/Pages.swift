/// A list of any length of which some pages are kept. A page is found by where the one before ended, so the way to a far one leads
/// through all before it; of those only where they end is kept.
struct Pages<Row> {
    /// How many rows a page has. What asks and what answers must agree on it.
    static var size: Int { 200 }

    /// How many rows there are, as far as is known.
    private(set) var count: Int
    private var loaded: [Int: [Row]] = [:]
    /// Where each page begins; the first needs no place.
    private var places: [String?] = [nil]
    /// Pages that are shown until they come again.
    private var stale: Set<Int> = []
    /// The page that is asked for now.
    private var asked: Int?

    init(count: Int) { self.count = count }

    /// `nil` for a row that is not here (yet).
    subscript(index: Int) -> Row? {
        guard let page = loaded[index / Self.size], index % Self.size < page.count else { return nil }
        return page[index % Self.size]
    }

    /// How many rows are in memory.
    var kept: Int { loaded.values.reduce(0) { $0 + $1.count } }

    func index(where isWanted: (Row) -> Bool) -> Int? {
        for (page, rows) in loaded {
            if let at = rows.firstIndex(where: isWanted) { return page * Self.size + at }
        }
        return nil
    }

    mutating func replace(_ index: Int, by row: Row) { loaded[index / Self.size]?[index % Self.size] = row }

    /// What to ask for next so that these rows come; `nil` when they are here, or an answer is awaited.
    mutating func request(for rows: Range<Int>) -> PageRequest? {
        guard asked == nil, !rows.isEmpty, rows.lowerBound < count else { return nil }
        let pages = rows.lowerBound / Self.size...(min(rows.upperBound, count) - 1) / Self.size
        guard let missing = pages.first(where: { loaded[$0] == nil || stale.contains($0) }) else { return nil }
        let page = min(missing, places.count - 1)
        asked = page
        return PageRequest(page: page, after: places[page])
    }

    /// Takes an answer. `next`: where the page after it begins.
    mutating func receive(_ page: Int, _ rows: [Row], next: String?) {
        asked = nil
        loaded[page] = rows
        stale.remove(page)
        if let next {
            if places.count == page + 1 { places.append(next) }
            count = max(count, (page + 1) * Self.size + 1)
        } else {
            count = page * Self.size + rows.count
        }
    }

    var isAwaiting: Bool { asked != nil }

    mutating func forget() {
        guard !loaded.isEmpty else { return }
        loaded = [:]
        stale = []
    }

    /// What is here may have changed: it is asked for again, and shown until then.
    mutating func renew(count newCount: Int) {
        count = newCount
        places = [nil]
        stale = Set(loaded.keys)
        asked = nil
    }

    /// The answer did not come.
    mutating func giveUp() { asked = nil }

    /// Forgets what is neither among these rows nor on the page beside them.
    mutating func keep(_ rows: Range<Int>) {
        let wanted = rows.lowerBound / Self.size - 1...max(rows.upperBound - 1, rows.lowerBound) / Self.size + 1
        for page in loaded.keys where !wanted.contains(page) { loaded[page] = nil }
    }
}

/// One page to ask for.
struct PageRequest: Equatable {
    var page: Int
    /// Where it begins; `nil` for the first.
    var after: String?
}
