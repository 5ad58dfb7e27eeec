/// The foreign keys of a difference: those that stay, those that are dropped, and those that are added.
struct ReferenceDraft {
    /// The foreign keys that are dropped before any other change, by the old names of their tables.
    private(set) var early: [(table: String, keys: [String])] = []
    /// The names of the foreign keys that are dropped when their table is altered, by the table's new name.
    private(set) var going: [String: [String]] = [:]
    /// The changes that rename the foreign keys that stay, by their table's new name.
    private(set) var renamed: [String: [Change]] = [:]
    /// The foreign keys that are added, by their table's new name.
    private(set) var coming: [String: [ForeignKey]] = [:]
    /// The columns that take their type from the column that they refer to, by their table's new name.
    private(set) var following: [String: Set<String>] = [:]

    private let draft: SchemaDraft
    private let names: NameDraft
    /// The keys and indexes of each table that stay.
    private let staying: [String: Table]
    /// The position of each dropped table in the order of the drops.
    private let dropPlaces: [String: Int]

    init(_ draft: SchemaDraft, _ names: NameDraft) {
        self.draft = draft
        self.names = names
        staying = draft.pairs.mapValues(\.staying)
        dropPlaces = Dictionary(uniqueKeysWithValues: draft.dropped.enumerated().map { ($1.name, $0) })
        for table in draft.before.tables {
            place(table, staying: draft.pairs[draft.choices.tables[table.name] ?? table.name])
        }
        for name in draft.created { coming[name] = draft.target[name]?.foreignKeys }
    }

    /// Returns whether a new foreign key can be added with the changes of its table. Otherwise the key has to wait for the
    /// changes of other tables.
    func canStand(_ key: ForeignKey, on table: String, waiting: Set<String>) -> Bool {
        guard !draft.isCareful || draft.created.contains(table), !waiting.contains(key.parent) else { return false }
        guard key.parent == table, let pair = draft.pairs[table] else { return true }
        return !key.touches(pair.retypes)
    }

    private mutating func place(_ table: Table, staying pair: TablePair?) {
        guard let pair, pair.old.name == table.name else {
            let keys = table.foreignKeys.filter(isInTheWayOfDrops(of: table))
            if !keys.isEmpty { early.append((table.name, keys.compactMap(\.name))) }
            return
        }
        let keys = pair.renamed.foreignKeys.filter { key in
            (pair.new.foreignKeys.contains(key) || pair.newName(of: key) != nil) && stays(key, in: pair)
        }
        let leaving = pair.renamed.foreignKeys.filter { !keys.contains($0) }
        let first = leaving.filter { isInTheWay($0, of: pair) }
        if !first.isEmpty { early.append((pair.old.name, first.compactMap(\.name))) }
        going[pair.new.name] = leaving.filter { !first.contains($0) }.compactMap(\.name)
        let names = Set(keys.map { pair.newName(of: $0) ?? $0.name })
        coming[pair.new.name] = pair.new.foreignKeys.filter { !names.contains($0.name) }
        renamed[pair.new.name] = keys.compactMap { key in
            guard let old = key.name, let new = pair.newName(of: key) else { return nil }
            return .renameConstraint(old, to: new)
        }
        following[pair.new.name] = Set(keys.flatMap(\.columns).filter(pair.retypes))
    }

    /// Returns a test for foreign keys of a dropped table that refer to a table which is dropped earlier: the two tables form a
    /// circle.
    private func isInTheWayOfDrops(of table: Table) -> (ForeignKey) -> Bool {
        let place = dropPlaces[table.name] ?? .max
        return { key in dropPlaces[key.parent].map { $0 < place } ?? false }
    }

    /// Returns whether a foreign key that is dropped has to be dropped before its parent is touched.
    private func isInTheWay(_ key: ForeignKey, of child: TablePair) -> Bool {
        if draft.isCareful { return true }
        if key.parent == child.new.name { return names.isEarly(child.old.name) || key.touches(child.retypes) }
        guard let parent = draft.pairs[key.parent], let kept = staying[key.parent] else { return true }
        return !kept.isUnique(key.parentColumns) || key.parentColumns.contains { parent.goes($0) || parent.retypes($0) }
    }

    /// Returns whether a foreign key that exists on both sides can stay through all changes of its two tables.
    private func stays(_ key: ForeignKey, in child: TablePair) -> Bool {
        guard let parent = draft.pairs[key.parent], let kept = staying[key.parent], kept.isUnique(key.parentColumns)
        else {
            return false
        }
        return zip(key.columns, key.parentColumns).allSatisfy { own, theirs in
            guard !child.remade.contains(own), !parent.remade.contains(theirs) else { return false }
            return child.retypes(own) == parent.retypes(theirs) && (!child.retypes(own) || follows(own, in: child))
        }
    }

    /// Returns whether the column can take its new type from the column that it refers to. Each column on the way to the last
    /// one referred to must refer to a single column, and they must not form a circle. The column itself must not be computed,
    /// its default must fit the new type, and no other column may be computed from it. A careful draft lets no column follow.
    private func follows(_ column: String, in child: TablePair) -> Bool {
        guard !draft.isCareful, let was = child.renamed[column: column], let now = child.new[column: column],
            was.generated == nil,
            was.default?.fits(now.type) != false,
            !child.renamed.columns.contains(where: { $0.generated?.expression.readsColumn(column) == true })
        else { return false }
        return hasOneRoot(column, of: child)
    }

    private func hasOneRoot(_ column: String, of table: TablePair) -> Bool {
        var seen: Set<[String]> = []
        var (column, table) = (column, table)
        while seen.insert([table.new.name, column]).inserted {
            let parents = table.renamed.foreignKeys.flatMap { key in
                zip(key.columns, key.parentColumns).filter { $0.0 == column }.map { (key.parent, $0.1) }
            }
            guard let (name, next) = parents.first else { return true }
            guard parents.count == 1, let parent = draft.pairs[name] else { return false }
            (column, table) = (next, parent)
        }
        return false
    }
}

extension TablePair {
    fileprivate func newName(of key: ForeignKey) -> String? { key.name.flatMap { foreignKeyNames[$0] } }
}

extension ForeignKey {
    /// Returns whether a column on either side of the foreign key satisfies the test, where both sides belong to one table.
    fileprivate func touches(_ isSuch: (String) -> Bool) -> Bool {
        columns.contains(where: isSuch) || parentColumns.contains(where: isSuch)
    }
}
