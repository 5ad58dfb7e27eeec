/// The views of a difference. A view is created again if it reads an object that is dropped, created or renamed.
struct ViewDraft {
    /// The names of the views that are dropped, in the order of the drops.
    let going: [String]
    /// The views that are created, in the order of their creation.
    let coming: [View]

    init(_ draft: SchemaDraft) {
        let (before, target) = (draft.before, draft.target)
        var moved = Set(draft.dropped.map(\.name)).union(draft.created)
        var remade = Set(
            before.views.filter { target[view: $0.name]?.query.compared != $0.query.compared }.map(\.name))
        for pair in draft.pairs.values {
            if pair.old.name != pair.new.name { moved.formUnion([pair.old.name, pair.new.name]) }
            let moved = pair.movedColumns
            guard !moved.isEmpty else { continue }
            let columns = MentionedNames(Array(moved))
            for view in before.views(reading: pair.old.name) where !columns.mentioned(in: view.query).isEmpty {
                remade.insert(view.name)
            }
        }
        let new = target.views.filter { before[view: $0.name] == nil }.map(\.name)
        remade.formUnion(before.views(reading: moved.union(remade).union(new)).map(\.name))
        going = before.views.map(\.name).filter(remade.contains).reversed()
        let ordered = DependencyOrder.sort(
            target.views, name: { SQLName.folded($0.name) }, reads: { $0.query.namesFolded })
        coming = ordered.filter { before[view: $0.name] == nil || remade.contains($0.name) }
    }
}

extension TablePair {
    /// The names of the columns that do not exist on both sides, or that stand for another column on one side.
    fileprivate var movedColumns: Set<String> {
        var names = Set(old.columns.map(\.name)).symmetricDifference(new.columns.map(\.name)).union(remade)
        for (old, new) in columnNames { names.formUnion([old, new]) }
        return names
    }
}
