/// A list of any length, some pages of which are kept. A page is found by the position at which the page before it ended, so all
/// earlier pages have to be loaded first. Only the end positions of those are kept.
struct Pages<Row> {
    /// The number of rows in a page. Requests and answers must agree on it.
    static var size: Int { 200 }

    /// The number of rows, as far as it is known.
    private(set) var count: Int
    private var loaded: [Int: [Row]] = [:]
    /// The positions at which the known pages begin; `nil` for the first page, which needs none.
    private var places: [String?] = [nil]
    /// The pages that are out of date. They are shown until they are loaded again.
    private var stale: Set<Int> = []
    /// The page whose answer is awaited.
    private var asked: Int?

    init(count: Int) { self.count = count }

    /// The row at an index; `nil` if it is not in memory.
    subscript(index: Int) -> Row? {
        guard let page = loaded[index / Self.size], index % Self.size < page.count else { return nil }
        return page[index % Self.size]
    }

    /// The number of rows in memory.
    var kept: Int { loaded.values.reduce(0) { $0 + $1.count } }

    func index(where isWanted: (Row) -> Bool) -> Int? {
        for (page, rows) in loaded {
            if let at = rows.firstIndex(where: isWanted) { return page * Self.size + at }
        }
        return nil
    }

    mutating func replace(_ index: Int, by row: Row) { loaded[index / Self.size]?[index % Self.size] = row }

    /// Returns the next page to ask for, so that these rows are loaded; `nil` if they are up to date in memory or an answer is awaited.
    mutating func request(for rows: Range<Int>) -> PageRequest? {
        guard asked == nil, !rows.isEmpty, rows.lowerBound < count else { return nil }
        let pages = rows.lowerBound / Self.size...(min(rows.upperBound, count) - 1) / Self.size
        guard let missing = pages.first(where: { loaded[$0] == nil || stale.contains($0) }) else { return nil }
        let page = min(missing, places.count - 1)
        asked = page
        return PageRequest(page: page, after: places[page])
    }

    /// Takes the rows of a page.
    /// - Parameter next: The position at which the following page begins; `nil` if there is none.
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

    /// Marks all rows as out of date. They are shown until they are loaded again.
    mutating func renew(count newCount: Int) {
        count = newCount
        places = [nil]
        stale = Set(loaded.keys)
        asked = nil
    }

    /// Stops waiting for an answer that did not come.
    mutating func giveUp() { asked = nil }

    /// Forgets the pages that neither hold these rows nor are next to them.
    mutating func keep(_ rows: Range<Int>) {
        let wanted = rows.lowerBound / Self.size - 1...max(rows.upperBound - 1, rows.lowerBound) / Self.size + 1
        for page in loaded.keys where !wanted.contains(page) { loaded[page] = nil }
    }
}

/// One page to ask for.
struct PageRequest: Equatable {
    var page: Int
    /// The position at which the page begins; `nil` for the first page.
    var after: String?
}
