/// The names of a difference: one that somebody has, and somebody else is to have, is given up first.
struct NameDraft {
    /// Keys and indexes that go, or get other names, before tables are made and renamed; by the names that their tables had.
    private(set) var early: [(table: String, changes: [Change])] = []
    private let earlyNames: Set<String>
    let tableRenames: [SchemaOperation]

    init(_ draft: SchemaDraft) {
        var owners: [String: String] = [:]
        for table in draft.target.tables { for name in table.partNames { owners[SQLName.folded(name)] = table.name } }
        // The names of tables and views belong to nobody's keys.
        for name in draft.target.tables.map(\.name) + draft.target.views.map(\.name) {
            owners[SQLName.folded(name)] = ""
        }
        var names: Set<String> = []
        for pair in draft.pairs.values.sorted(by: { $0.old.name < $1.old.name }) {
            let renames = pair.partRenames.filter(\.isRelation).map { (name: $0.old, change: $0.change) }
            let changes = (pair.goingParts + renames).filter { part in
                owners[SQLName.folded(part.name)].map { $0 != pair.new.name } ?? false
            }
            guard !changes.isEmpty else { continue }
            names.formUnion(changes.map(\.name))
            early.append((pair.old.name, changes.map(\.change)))
        }
        earlyNames = names
        let moves = draft.pairs.values.filter { $0.old.name != $0.new.name }.map { ($0.old.name, $0.new.name) }
        let taken = Set(draft.pairs.values.map { SQLName.folded($0.old.name) })
        tableRenames = Moves(moves.sorted { $0.0 < $1.0 }).inOrder(taken).map { .renameTable($0.old, to: $0.new) }
    }

    /// Whether keys or indexes of this table, by the name that it had, go before its turn comes.
    func isEarly(_ table: String) -> Bool { early.contains { $0.table == table } }

    /// Whether this key or index is gone, or called otherwise, when its table's turn comes.
    func isGone(_ name: String) -> Bool { earlyNames.contains(name) }
}

extension Table {
    /// The names of its keys and indexes in the database's one namespace of relations.
    fileprivate var partNames: ArraySlice<String> { relationNames.dropFirst() }
}

extension TablePair {
    /// The keys and indexes with a name in that namespace that do not stay, each with the change that drops it.
    var goingParts: [(name: String, change: Change)] {
        let kept = staying
        var parts: [(name: String, change: Change)] = []
        for index in renamed.indexes where !kept.indexes.contains(index) {
            parts.append((index.name, .dropIndex(index.name)))
        }
        for name in renamed.uniques.filter({ !kept.uniques.contains($0) }).compactMap(\.name) {
            parts.append((name, .dropUnique(name)))
        }
        if kept.primaryKey == nil, let name = renamed.primaryKey?.name { parts.append((name, .dropPrimaryKey)) }
        return parts
    }
}
