/// The names that the query of a view may mean: those of the tables and views that it reads, and of the columns of these tables and
/// of those behind these views. A name that only some other table has is none of them, whatever else the database holds.
struct SQLiteViewNames {
    /// The names of tables and views, by their folded names.
    private var relations: [String: String] = [:]
    /// The names of each table's columns, by their folded names.
    private var columns: [String: [String: String]] = [:]
    /// The folded names of the tables that each view reads, directly or through other views.
    private var behind: [String: Set<String>] = [:]

    init(_ catalog: SQLiteCatalog) {
        for table in catalog.tables {
            let name = SQLName.folded(table.name)
            relations[name] = table.name
            columns[name] = Dictionary(
                table.columns.map { (SQLName.folded($0.name), $0.name) }, uniquingKeysWith: { first, _ in first })
        }
        let views = catalog.objects.filter { $0.kind == .view }
        for view in views { relations[SQLName.folded(view.name)] = view.name }
        let reading = views.map { view in
            let name = SQLName.folded(view.name)
            return (name: name, reads: Self.words(view.sql ?? "").subtracting([name]))
        }
        for view in DependencyOrder.sort(reading, name: { $0.name }, reads: { $0.reads }) {
            behind[view.name] = tables(of: view.reads)
        }
    }

    func names(in query: String) -> [String] {
        let words = Self.words(query)
        let own = tables(of: words).flatMap { table in words.compactMap { columns[table]?[$0] } }
        return words.compactMap { relations[$0] } + own
    }

    /// Returns the tables among these names, and those behind the views among them.
    private func tables(of names: Set<String>) -> Set<String> {
        names.reduce(into: []) { found, name in
            if columns[name] != nil { found.insert(name) }
            found.formUnion(behind[name] ?? [])
        }
    }

    /// Returns all names of a text, folded.
    private static func words(_ text: String) -> Set<String> {
        Set(SQLToken.scan(text).compactMap { $0.name.map(SQLName.folded) })
    }
}
