import HashTreeCollections

/// A database's structure as a value: what a history builds, a dialect spells and an inspector reads back.
///
/// Copies share their tables and views, and a change costs the same whatever else the schema holds. So every state of a history of
/// ten thousand migrations can be kept, and each check looks up the names it needs instead of walking over all tables.
public struct Schema: Sendable {
    private var tablesByName: TreeDictionary<String, SharedTable> = [:]
    private var viewsByName: TreeDictionary<String, PlacedView> = [:]
    private var nextPlace = 0
    /// Of a live database: tables and views with the name of another one in another Unicode form. Such names are equal strings in
    /// Swift; both things are there and are told of, and nothing is looked up by a name that two have.
    private var twinTables: [Table] = []
    private var twinViews: [View] = []
    /// Who holds a relation name, by the name in lower case: tables, views, indexes and keys share one namespace.
    private var holders: TreeDictionary<String, NameHolders> = [:]
    /// The tables with a foreign key to a table, by that table's name.
    private var children: TreeDictionary<String, TreeSet<String>> = [:]
    /// The views whose queries say a name, by the name in lower case.
    private var readers: TreeDictionary<String, TreeSet<String>> = [:]

    /// One table of any number of schemas.
    private final class SharedTable: Sendable {
        let table: Table
        init(_ table: Table) { self.table = table }
    }

    /// A view, its place in the order in which views were made, and every name that its query says, in lower case.
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

    /// Who holds one name. Nearly always it is one, so there is no array for one.
    private struct NameHolders: Sendable {
        var first: NameHolder
        var others: [NameHolder] = []

        var all: [NameHolder] { [first] + others }
    }

    /// A database without tables and views.
    public init() {}

    /// A schema of these tables, and of views in the order in which they were made.
    public init(tables: [Table], views: [View] = []) {
        for table in tables {
            if self[table.name] == nil { put(table) } else { twinTables.append(table) }
        }
        for view in views {
            if self[view: view.name] == nil { append(view) } else { twinViews.append(view) }
        }
    }

    /// All tables by name. Each call sorts them: look one table up by its name instead where that is enough.
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

    /// Whether a table, view, index or key has this name. SQLite compares names without case.
    func isTaken(_ name: String) -> Bool { holders[SQLName.folded(name)] != nil }

    /// The tables whose names are this one but for case, by name.
    func tables(like name: String) -> [Table] {
        named(name) { holder in if case .table(let table) = holder { self[table] } else { nil } }
            .sorted { $0.name < $1.name }
    }

    /// The views whose names are this one but for case, in the order in which they were made.
    func views(like name: String) -> [View] {
        named(name) { holder in if case .view(let view) = holder { viewsByName[view] } else { nil } }
            .sorted { $0.place < $1.place }.map(\.view)
    }

    private func named<T>(_ name: String, _ find: (NameHolder) -> T?) -> [T] {
        (holders[SQLName.folded(name)]?.all ?? []).compactMap(find)
    }

    /// The other tables that have a foreign key to this one, by name.
    public func children(of name: String) -> [Table] {
        (children[name] ?? []).filter { $0 != name }.sorted().compactMap { self[$0] }
    }

    /// The tables that have a foreign key to any of these, themselves among them, by name.
    func tables(referringTo parents: Set<String>) -> [Table] {
        Set(parents.flatMap { children[$0] ?? [] }).sorted().compactMap { self[$0] }
    }

    /// The views that say this name anywhere in their queries, in any case, in the order in which they were made.
    func views(saying name: String) -> [View] {
        (readers[SQLName.folded(name)] ?? []).compactMap { viewsByName[$0] }.sorted { $0.place < $1.place }.map(\.view)
    }

    /// The views that read `name`, directly or through other views, in the order in which they were made.
    public func views(reading name: String) -> [View] { views(reading: [name]) }

    /// The same for any of several tables.
    func views(reading names: Set<String>) -> [View] { readers(of: names) { $0.query.mentions($1) } }

    /// The views that say any of these names, directly or through other views, in the order in which they were made.
    func views(sayingAny names: Set<String>) -> [View] { readers(of: names) { _, _ in true } }

    private func readers(of names: Set<String>, _ isReader: (View, String) -> Bool) -> [View] {
        var found: [String: PlacedView] = [:]
        var queue = names.map { (name: $0, place: -1) }
        while let source = queue.popLast() {
            for reader in readers[SQLName.folded(source.name)] ?? [] where found[reader] == nil {
                // A view is made after those that it reads.
                guard let placed = viewsByName[reader], placed.place > source.place,
                    isReader(placed.view, source.name)
                else { continue }
                found[reader] = placed
                queue.append((reader, placed.place))
            }
        }
        return found.values.sorted { $0.place < $1.place }.map(\.view)
    }

    /// The tables so ordered that each stands after those its foreign keys point to, as far as cycles allow.
    public var tablesInForeignKeyOrder: [Table] {
        var ordered: [Table] = []
        var placed: Set<String> = []
        var visiting: Set<String> = []
        func place(_ table: Table) {
            guard !placed.contains(table.name), visiting.insert(table.name).inserted else { return }
            for key in table.foreignKeys { if let parent = self[key.parent] { place(parent) } }
            placed.insert(table.name)
            ordered.append(table)
        }
        for table in tables { place(table) }
        return ordered
    }
}

// MARK: - Edits

extension Schema {
    /// Adds the table, or puts it in the place of the one with its name.
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

    /// Puts `view` in the place of the one with its name.
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
    /// Two schemas are equal when they hold the same, in whatever order it was written or added.
    public static func == (a: Schema, b: Schema) -> Bool {
        a.tablesByName.count == b.tablesByName.count && a.viewsByName.count == b.viewsByName.count
            && a.twinTables == b.twinTables && a.twinViews == b.twinViews
            && a.tablesByName.allSatisfy { name, shared in b[name]?.normalized == shared.table.normalized }
            && a.viewsByName.allSatisfy { name, placed in b[view: name]?.query.compared == placed.view.query.compared }
    }
}
