/// The views of a difference: one that reads what goes, comes or gets another name is made again.
struct ViewDraft {
    /// In the order in which they go.
    let going: [String]
    /// In the order in which they come.
    let coming: [View]

    init(_ draft: SchemaDraft) {
        let (before, target) = (draft.before, draft.target)
        var moved = Set(draft.dropped.map(\.name)).union(draft.created)
        var remade = Set(
            before.views.filter { target[view: $0.name]?.query.compared != $0.query.compared }.map(\.name))
        for pair in draft.pairs.values {
            if pair.old.name != pair.new.name { moved.formUnion([pair.old.name, pair.new.name]) }
            let columns = pair.movedColumns
            guard !columns.isEmpty else { continue }
            for view in before.views(reading: pair.old.name) where columns.contains(where: view.query.mentions) {
                remade.insert(view.name)
            }
        }
        let new = target.views.filter { before[view: $0.name] == nil }.map(\.name)
        remade.formUnion(before.views(reading: moved.union(remade).union(new)).map(\.name))
        going = before.views.map(\.name).filter(remade.contains).reversed()
        coming = target.viewsInReadingOrder.filter { before[view: $0.name] == nil || remade.contains($0.name) }
    }
}

extension TablePair {
    /// Names of columns that are not there on both sides, or stand for another one.
    fileprivate var movedColumns: Set<String> {
        var names = Set(old.columns.map(\.name)).symmetricDifference(new.columns.map(\.name)).union(remade)
        for (old, new) in columnNames { names.formUnion([old, new]) }
        return names
    }
}

extension Schema {
    /// The views so ordered that each stands after those that it reads.
    fileprivate var viewsInReadingOrder: [View] {
        let views = views
        var ordered: [View] = []
        var placed: Set<String> = []
        func place(_ view: View) {
            guard placed.insert(view.name).inserted else { return }
            for other in views where !placed.contains(other.name) && view.query.mentions(other.name) { place(other) }
            ordered.append(view)
        }
        for view in views { place(view) }
        return ordered
    }
}
