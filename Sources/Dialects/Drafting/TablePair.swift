/// A table that stays, on both sides of a difference.
struct TablePair {
    /// As it was, by the names that everything had.
    let old: Table
    /// As it was, by the names that everything has from now on.
    var renamed: Table
    /// As it is to be.
    let new: Table
    /// New names of its columns, by the old ones.
    let columnNames: [String: String]
    /// What its rows get, by the names of now.
    let fillings: [String: Default]
    /// Columns that are dropped and added, though they stay: computed ones whose source goes or takes another type, which no
    /// database does under them.
    let remade: Set<String>
    /// Its keys, checks and indexes that get another name.
    var partRenames: [PartRename] = []
    /// New names of its foreign keys that differ in nothing else, by the old ones.
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
        // Where no column stays nothing of the rows does.
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

    /// Columns that are there on both sides, and stay where they are.
    var stayingColumns: [(was: Column, now: Column)] {
        new.columns.compactMap { now in
            guard !remade.contains(now.name), let was = renamed[column: now.name] else { return nil }
            return (was, now)
        }
    }

    /// Whether the column is there before and is not one of now: dropped, and perhaps added again.
    func goes(_ column: String) -> Bool { remade.contains(column) || new[column: column] == nil }

    func retypes(_ column: String) -> Bool {
        guard let was = renamed[column: column], let now = new[column: column] else { return false }
        return was.type != now.type
    }

    /// The keys, checks and indexes that stay as they are, by the names of now; foreign keys are not for one table to say.
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

    // Whether what stands over columns can stay through all that happens to them.

    func stands(_ key: [String]) -> Bool { !key.contains(where: goes) }
    func stands(_ check: Check) -> Bool { !remade.contains(where: check.expression.readsColumn) }
    func stands(_ index: Index) -> Bool { !remade.contains(where: index.uses) }
}
