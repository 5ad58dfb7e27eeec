import HashTreeCollections

/// A database's structure as a value: a history builds it, a dialect renders it and an inspector reads it back.
///
/// Copies share their tables and views, and a change costs the same however large the schema is. So every state of a history of
/// ten thousand migrations can be kept, and each check looks up the names it needs instead of walking over all tables.
public struct Schema: Sendable {
    private var tablesByName: TreeDictionary<String, SharedTable> = [:]
    private var viewsByName: TreeDictionary<String, PlacedView> = [:]
    private var nextPlace = 0
    /// The tables and views of a live database whose name is another one's in another Unicode form. Such names are equal strings
    /// in Swift. Both objects exist and are reported, but nothing is looked up by a name that two objects have.
    private var twinTables: [Table] = []
    private var twinViews: [View] = []
    /// The holders of each relation name, by the name in lower case: tables, views, indexes and keys share one namespace.
    private var holders: TreeDictionary<String, NameHolders> = [:]
    /// The names of the tables with a foreign key to a table, by that table's name.
    private var children: TreeDictionary<String, TreeSet<String>> = [:]
    /// The names of the views whose queries contain a name, by that name in lower case.
    private var readers: TreeDictionary<String, TreeSet<String>> = [:]

    /// A table that any number of schemas share.
    private final class SharedTable: Sendable {
        let table: Table
        init(_ table: Table) { self.table = table }
    }

    /// A view, its place in the order in which views were made, and every name that its query contains, in lower case.
    private struct PlacedView: Sendable {
        var view: View
        var place: Int
        var names: Set<String>
    }

    private enum NameHolder: Hashable, Sendable {
        case table(String)
        case view(String)
        case part(of: String)
    }

    /// The holders of one name. Nearly every name has a single holder, for which no array is made.
    private struct NameHolders: Sendable {
        var first: NameHolder
        var others: [NameHolder] = []

        var all: [NameHolder] { [first] + others }
    }

    /// Makes a schema without tables and views.
    public init() {}

    /// Makes a schema of these tables, and of views in the order in which they were made.
    public init(tables: [Table], views: [View] = []) {
        for table in tables {
            if self[table.name] == nil { put(table) } else { twinTables.append(table) }
        }
        for view in views {
            if self[view: view.name] == nil { append(view) } else { twinViews.append(view) }
        }
    }

    /// All tables by name. Each call sorts them, so look a single table up by its name instead.
    public var tables: [Table] { (tablesByName.values.map(\.table) + twinTables).sorted { $0.name < $1.name } }

    /// All views in the order in which they were made: a later one may read an earlier one.
    public var views: [View] { viewsByName.values.sorted { $0.place < $1.place }.map(\.view) + twinViews }

    /// The table of exactly this name; `nil` where there is none.
    public subscript(_ name: String) -> Table? { tablesByName[name]?.table }
    /// The view of exactly this name; `nil` where there is none.
    public subscript(view name: String) -> View? { viewsByName[name]?.view }
}

// MARK: - Lookups

extension Schema {
    func table(_ name: String) throws(SchemaError) -> Table {
        guard let table = self[name] else { throw .noTable(name) }
        return table
    }

    /// Returns whether a table, view, index or key has this name. SQLite compares names without case.
    func isTaken(_ name: String) -> Bool { holders[SQLName.folded(name)] != nil }

    /// Returns the first of `name`, `name_2` and so on that no table, view, index or key has: for a table that is made for a moment.
    package func freeName(_ name: String) -> String { SQLName.free(name, isTaken: isTaken) }

    /// Returns the tables whose names equal this one except for case, sorted by name.
    func tables(like name: String) -> [Table] {
        named(name) { holder in if case .table(let table) = holder { self[table] } else { nil } }
            .sorted { $0.name < $1.name }
    }

    /// Returns the views whose names equal this one except for case, in the order in which they were made.
    func views(like name: String) -> [View] {
        named(name) { holder in if case .view(let view) = holder { viewsByName[view] } else { nil } }
            .sorted { $0.place < $1.place }.map(\.view)
    }

    private func named<T>(_ name: String, _ find: (NameHolder) -> T?) -> [T] {
        (holders[SQLName.folded(name)]?.all ?? []).compactMap(find)
    }

    /// Returns the other tables that have a foreign key to this one, sorted by name.
    public func children(of name: String) -> [Table] {
        (children[name] ?? []).filter { $0 != name }.sorted().compactMap { self[$0] }
    }

    /// Returns the tables that have a foreign key to any of these, including these themselves, sorted by name.
    func tables(referringTo parents: Set<String>) -> [Table] {
        Set(parents.flatMap { children[$0] ?? [] }).sorted().compactMap { self[$0] }
    }

    /// Returns the views whose queries contain this name anywhere, in any case, in the order in which they were made.
    func views(containingWord name: String) -> [View] {
        (readers[SQLName.folded(name)] ?? []).compactMap { viewsByName[$0] }.sorted { $0.place < $1.place }.map(\.view)
    }

    /// Returns the views that read `name`, directly or through other views, in the order in which they were made.
    public func views(reading name: String) -> [View] { views(reading: [name]) }

    /// Returns the views that read any of several relations, directly or through other views, in the order in which they were
    /// made.
    func views(reading names: Set<String>) -> [View] { readers(of: names) { $0.query.mentions($1) } }

    /// Returns the views whose queries contain any of these names, directly or through other views, in the order in which they
    /// were made.
    func views(containingAnyWord names: Set<String>) -> [View] { readers(of: names) { _, _ in true } }

    private func readers(of names: Set<String>, _ isReader: (View, String) -> Bool) -> [View] {
        var found: [String: PlacedView] = [:]
        var queue = names.map { (name: $0, place: -1) }
        while let source = queue.popLast() {
            for reader in readers[SQLName.folded(source.name)] ?? [] where found[reader] == nil {
                // A view is made after the views that it reads.
                guard let placed = viewsByName[reader], placed.place > source.place,
                    isReader(placed.view, source.name)
                else { continue }
                found[reader] = placed
                queue.append((reader, placed.place))
            }
        }
        return found.values.sorted { $0.place < $1.place }.map(\.view)
    }

    /// The tables in an order in which each stands after those its foreign keys refer to, as far as cycles allow.
    public var tablesInForeignKeyOrder: [Table] {
        var ordered: [Table] = []
        var visited: Set<String> = []
        for table in tables where visited.insert(table.name).inserted {
            // The tables that wait for their parents, each with the next key to follow. A list replaces recursion, because a chain may be
            // longer than the stack is deep.
            var waiting = [(table: table, key: 0)]
            while let (table, key) = waiting.popLast() {
                guard key < table.foreignKeys.count else {
                    ordered.append(table)
                    continue
                }
                waiting.append((table, key + 1))
                if let parent = self[table.foreignKeys[key].parent], visited.insert(parent.name).inserted {
                    waiting.append((parent, 0))
                }
            }
        }
        return ordered
    }
}

// MARK: - Edits

extension Schema {
    /// Adds the table, or replaces the table of the same name.
    mutating func put(_ table: Table) {
        if let old = tablesByName.updateValue(SharedTable(table), forKey: table.name) { release(old.table) }
        for name in table.relationNames {
            hold(SQLName.folded(name), by: name == table.name ? NameHolder.table(name) : .part(of: table.name))
        }
        for key in table.foreignKeys { children[key.parent, default: []].insert(table.name) }
    }

    mutating func removeTable(_ name: String) {
        if let old = tablesByName.removeValue(forKey: name) { release(old.table) }
    }

    private mutating func release(_ table: Table) {
        for name in table.relationNames {
            let holder = name == table.name ? NameHolder.table(name) : .part(of: table.name)
            release(SQLName.folded(name), heldBy: holder)
        }
        for key in table.foreignKeys {
            children[key.parent]?.remove(table.name)
            if children[key.parent]?.isEmpty == true { children[key.parent] = nil }
        }
    }

    private mutating func hold(_ name: String, by holder: NameHolder) {
        guard let before = holders.updateValue(NameHolders(first: holder), forKey: name) else { return }
        holders[name] = NameHolders(first: before.first, others: before.others + [holder])
    }

    private mutating func release(_ name: String, heldBy holder: NameHolder) {
        guard var holding = holders[name]?.all, let at = holding.firstIndex(of: holder) else { return }
        holding.remove(at: at)
        holders[name] = holding.first.map { NameHolders(first: $0, others: Array(holding.dropFirst())) }
    }

    mutating func append(_ view: View) {
        place(view, at: nextPlace)
        nextPlace += 1
    }

    /// Replaces the view of the same name by `view`.
    mutating func replace(_ view: View) {
        guard let old = viewsByName[view.name] else { return }
        removeView(view.name)
        place(view, at: old.place)
    }

    private mutating func place(_ view: View, at place: Int) {
        let placed = PlacedView(view: view, place: place, names: view.query.namesFolded)
        viewsByName[view.name] = placed
        hold(SQLName.folded(view.name), by: .view(view.name))
        for name in placed.names { readers[name, default: []].insert(view.name) }
    }

    mutating func removeView(_ name: String) {
        guard let placed = viewsByName.removeValue(forKey: name) else { return }
        release(SQLName.folded(name), heldBy: .view(name))
        for word in placed.names {
            readers[word]?.remove(name)
            if readers[word]?.isEmpty == true { readers[word] = nil }
        }
    }

    /// Edits the foreign keys that refer to `parent`.
    mutating func editForeignKeys(to parent: String, _ edit: (inout ForeignKey) -> Void) {
        for name in children[parent] ?? [] {
            guard var table = self[name] else { continue }
            for at in table.foreignKeys.indices where table.foreignKeys[at].parent == parent {
                edit(&table.foreignKeys[at])
            }
            put(table)
        }
    }
}

extension Schema: Equatable {
    /// Compares two schemas. They are equal if they hold the same, in whatever order it was written or added.
    public static func == (a: Schema, b: Schema) -> Bool {
        a.tablesByName.count == b.tablesByName.count && a.viewsByName.count == b.viewsByName.count
            && a.twinTables == b.twinTables && a.twinViews == b.twinViews
            && a.tablesByName.allSatisfy { name, shared in b[name]?.normalized == shared.table.normalized }
            && a.viewsByName.allSatisfy { name, placed in b[view: name]?.query.compared == placed.view.query.compared }
    }
}
