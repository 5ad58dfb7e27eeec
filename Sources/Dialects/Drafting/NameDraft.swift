/// The changes of names in a difference. A name that passes from one object to another is given up first.
struct NameDraft {
    /// The keys and indexes that are dropped or renamed before tables are created and renamed, by the old names of their
    /// tables.
    private(set) var early: [(table: String, changes: [Change])] = []
    private let earlyTables: Set<String>
    private let earlyNames: Set<String>
    let tableRenames: [SchemaOperation]

    init(_ draft: SchemaDraft) {
        var owners: [String: String] = [:]
        for table in draft.target.tables { for name in table.partNames { owners[SQLName.folded(name)] = table.name } }
        // The names of tables and views are marked with an owner that no key or index has.
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
        earlyTables = Set(early.map(\.table))
        earlyNames = names
        let moves = draft.pairs.values.filter { $0.old.name != $0.new.name }.map { ($0.old.name, $0.new.name) }
        let taken = Set(draft.pairs.values.map { SQLName.folded($0.old.name) })
        tableRenames = Moves(moves.sorted { $0.0 < $1.0 }).inOrder(taken).map { .renameTable($0.old, to: $0.new) }
    }

    /// Returns whether keys or indexes of this table, given by its old name, are dropped or renamed before the table's own
    /// turn.
    func isEarly(_ table: String) -> Bool { earlyTables.contains(table) }

    /// Returns whether this key or index is already dropped or renamed when its table's turn comes.
    func isGone(_ name: String) -> Bool { earlyNames.contains(name) }
}

extension Table {
    /// The names of the table's keys and indexes in the database's single namespace of relations.
    fileprivate var partNames: ArraySlice<String> { relationNames.dropFirst() }
}

extension TablePair {
    /// The keys and indexes in that namespace that do not stay, each with the change that drops it.
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
