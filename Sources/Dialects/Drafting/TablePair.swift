/// The old and the new state of a table that stays.
struct TablePair {
    /// The old state, with the old names of everything.
    let old: Table
    /// The old state, with the new names of everything.
    var renamed: Table
    /// The new state.
    let new: Table
    /// The new names of the table's columns, by their old names.
    let columnNames: [String: String]
    /// The values that existing rows get, by the new names of the columns.
    let fillings: [String: Default]
    /// The columns that are dropped and added again although they stay: computed columns whose source is dropped or changes its
    /// type. No database makes such a change beneath a computed column.
    let remade: Set<String>
    /// The renames of the table's keys, checks and indexes.
    var partRenames: [PartRename] = []
    /// The new names, by the old names, of the foreign keys that differ only in their names.
    var foreignKeyNames: [String: String] = [:]

    init?(_ old: Table, _ new: Table, _ choices: DraftChoices, beside before: Schema) {
        let names = choices.columns[old.name] ?? [:]
        var renamed = old
        renamed.name = new.name
        for at in renamed.columns.indices {
            renamed.columns[at].name = names[renamed.columns[at].name] ?? renamed.columns[at].name
        }
        renamed.renameInside(names)
        for at in renamed.foreignKeys.indices {
            let parent = renamed.foreignKeys[at].parent
            renamed.foreignKeys[at].parent = choices.tables[parent] ?? parent
            renamed.foreignKeys[at].parentColumns.rename(choices.columns[parent] ?? [:])
        }
        // If no column stays, nothing of the rows stays either.
        guard new.columns.contains(where: { renamed[column: $0.name] != nil }) else { return nil }
        self.old = old
        self.renamed = renamed
        self.new = new
        columnNames = names
        fillings = choices.fillings[new.name] ?? [:]
        let moved = renamed.columns.filter { column in new[column: column.name]?.type != column.type }.map(\.name)
        remade = Set(
            renamed.columns.filter { column in
                guard let generated = column.generated, new[column: column.name]?.generated != nil else { return false }
                return moved.contains { $0 != column.name && generated.expression.readsColumn($0) }
            }.map(\.name))
        renameParts(beside: before)
    }

    /// The columns that exist on both sides and stay in place.
    var stayingColumns: [(was: Column, now: Column)] {
        new.columns.compactMap { now in
            guard !remade.contains(now.name), let was = renamed[column: now.name] else { return nil }
            return (was, now)
        }
    }

    /// Returns whether the old column is dropped, and perhaps added again.
    func goes(_ column: String) -> Bool { remade.contains(column) || new[column: column] == nil }

    func retypes(_ column: String) -> Bool {
        guard let was = renamed[column: column], let now = new[column: column] else { return false }
        return was.type != now.type
    }

    /// The keys, checks and indexes that stay unchanged, by their new names. Foreign keys are left out, because one table alone
    /// can't decide about them.
    var staying: Table {
        let (was, now) = (renamed.normalized, new.normalized)
        var table = renamed
        if was.primaryKey != now.primaryKey || !stands(was.primaryKey?.columns ?? []) { table.primaryKey = nil }
        let uniques = Set(now.uniques).intersection(was.uniques).filter { stands($0.columns) }
        let checks = Set(now.checks).intersection(was.checks).filter(stands)
        let indexes = Set(now.indexes).intersection(was.indexes).filter(stands)
        table.uniques.removeAll { unique in !uniques.contains { $0.name == unique.name } }
        table.checks.removeAll { check in !checks.contains { $0.name == check.name } }
        table.indexes.removeAll { index in !indexes.contains { $0.name == index.name } }
        return table
    }

    // These functions tell whether an object over columns can stay through all changes of those columns.

    func stands(_ key: [String]) -> Bool { !key.contains(where: goes) }
    func stands(_ check: Check) -> Bool { !remade.contains(where: check.expression.readsColumn) }
    func stands(_ index: Index) -> Bool { !remade.contains(where: index.uses) }
}
