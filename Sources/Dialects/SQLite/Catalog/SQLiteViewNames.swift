/// The names that the query of a view may mean: those of the tables and views that it reads, directly or through other views, and of
/// their columns. A name that only some other table has is none of them, whatever else the database holds.
struct SQLiteViewNames {
    /// The name of each table followed by those of its columns, by the table's folded name.
    private var tables: [String: [String]] = [:]
    /// The name and the text of each view, by the view's folded name.
    private var views: [String: (name: String, text: String)] = [:]
    /// The folded names of the tables and views that each view names.
    private var read: [String: Set<String>] = [:]

    init(_ catalog: SQLiteCatalog) {
        for table in catalog.tables {
            tables[SQLName.folded(table.name)] = [table.name] + table.columns.map(\.name)
        }
        for object in catalog.objects where object.kind == .view {
            views[SQLName.folded(object.name)] = (object.name, object.sql ?? "")
        }
        read = views.mapValues { relations(in: $0.text) }
    }

    func names(in query: String) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        var waiting = relations(in: query)
        while let next = waiting.popFirst() {
            guard seen.insert(next).inserted else { continue }
            names += tables[next] ?? []
            if let view = views[next] { names.append(view.name) }
            waiting.formUnion(read[next] ?? [])
        }
        return names
    }

    private func relations(in text: String) -> Set<String> {
        let names = SQLToken.scan(text).compactMap(\.name).map(SQLName.folded)
        return Set(names.filter { tables[$0] != nil || views[$0] != nil })
    }
}
