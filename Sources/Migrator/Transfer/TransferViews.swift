import Dialects

// Views in the target's words, with the target's names.

extension TransferPlanner {
    /// A view is tried when its query is in words that both databases share, and no comparison in it could mean another thing
    /// there: `LIKE`, and texts that compare without case. Names that changed in case only are changed in it, too.
    mutating func views() -> [View] {
        let isCaseless = tables.contains { $0.table.columns.contains { $0.collation != nil } }
        let changed = changedNames
        var views: [View] = []
        for view in inspection.schema.views {
            guard case .sql(let text) = view.query, !isCaseless,
                !SQLToken.scan(text).contains(where: { $0.isWord("LIKE") })
            else {
                leave(.view, view.name, "its query may mean something else in the target: make it there by hand")
                continue
            }
            if let name = changed.first(where: { view.query.mentions($0.key) && $0.value != $0.key.lowercased() })?.key
            {
                leave(.view, view.name, "it reads \(name), which has another name in the target")
                continue
            }
            let query = changed.keys.sorted().reduce(view.query) { query, name in
                query.renaming(name, to: changed[name] ?? name)
            }
            views.append(View(viewNames[view.name] ?? view.name, as: query))
        }
        return views
    }

    /// Names of tables, columns and views that are others in the target.
    private var changedNames: [String: String] {
        var changed: [String: String] = [:]
        for names in [tableNames, viewNames] + columnNames.values {
            for (name, target) in names where target != name { changed[name] = target }
        }
        return changed
    }
}
