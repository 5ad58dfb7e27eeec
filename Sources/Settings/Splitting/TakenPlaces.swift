/// The places in the new files that items have taken. A look-up takes the same time however many there are.
struct TakenPlaces {
    private struct Place: Hashable {
        var target: SplitItem.Target
        var key: Key
    }

    /// The index of the first item at each place, and of the first item below each section.
    private var first: [Place: Int] = [:]
    private var firstBelow: [Place: Int] = [:]
    /// The index of the first item that names a database and was there already.
    private var database: Int?

    mutating func insert(_ item: SplitItem, at index: Int) {
        for key in item.key.sections { Self.keep(index, &firstBelow[Place(target: item.target, key: key)]) }
        Self.keep(index, &first[Place(target: item.target, key: item.key)])
        if item.isOfDatabase, item.note == Splitter.present { Self.keep(index, &database) }
    }

    private static func keep(_ index: Int, _ place: inout Int?) { place = place ?? index }

    /// Returns the index of the first item that has the item's place, one above it or one below it in the same file; `nil` if there is
    /// none.
    func rival(of item: SplitItem) -> Int? {
        let above = (item.key.sections + [item.key]).map { first[Place(target: item.target, key: $0)] }
        let below = firstBelow[Place(target: item.target, key: item.key)]
        // A database is one unit: a mixture of the parts of two would name a third.
        return (above + [below, item.isOfDatabase ? database : nil]).compactMap { $0 }.min()
    }
}
