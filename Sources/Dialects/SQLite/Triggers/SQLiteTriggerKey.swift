/// A foreign key, with what triggers have to do with it.
struct SQLiteTriggerKey {
    typealias Change = SQLiteTriggerSet.Change

    /// The table that refers to another one.
    let table: String
    let key: ForeignKey

    /// Returns all foreign keys of these tables.
    static func all(of relations: some Sequence<NamedRelation>) -> [SQLiteTriggerKey] {
        relations.map(\.table).sorted { $0.name < $1.name }.flatMap { table in
            table.foreignKeys.map { SQLiteTriggerKey(table: table.name, key: $0) }
        }
    }

    /// Returns whether a row that such a statement writes has to obey the key when the statement ends.
    func isChecked(after change: Change) -> Bool {
        guard !key.isDeferred else { return false }
        let isOfChild = change.table == SQLName.folded(table) && change.kind != .delete
        return isOfChild || action(after: change) == .noAction
    }

    /// Returns what happens to the rows that refer to a row that such a statement deletes or updates; `nil` if it writes no row that others
    /// may refer to.
    func action(after change: Change) -> ForeignKey.Action? {
        change.table == SQLName.folded(key.parent) ? key.action(after: change.kind) : nil
    }

    /// The changes after which rows may obey the key that did not before.
    var mendingChanges: Set<Change> { mendingChangesOfTable.union(mendingChangesOfParent) }

    private var mendingChangesOfTable: Set<Change> { updatesOfTable.union([Change(table, .delete)]) }
    private var mendingChangesOfParent: Set<Change> { updatesOfParent.union([Change(key.parent, .insert)]) }

    private var updatesOfTable: Set<Change> {
        Set(key.columns.map { Change(table, .updateOf(SQLName.folded($0))) })
    }

    private var updatesOfParent: Set<Change> {
        Set(key.parentColumns.map { Change(key.parent, .updateOf(SQLName.folded($0))) })
    }

    /// Returns whether one of these changes may break the key, and a later one mend it: by a row of the other table, or by a new row with
    /// the key of a deleted one.
    func isMended(in changes: [Change]) -> Bool {
        guard !key.isDeferred else { return false }
        var (lacksParent, lacksRow) = (false, false)
        for change in changes {
            if lacksParent, mendingChangesOfParent.contains(change) { return true }
            if lacksRow, mendingChangesOfTable.contains(change) || change == Change(key.parent, .insert) { return true }
            if change == Change(table, .insert) || updatesOfTable.contains(change) { lacksParent = true }
            let losesRow = change == Change(key.parent, .delete) || updatesOfParent.contains(change)
            if losesRow, action(after: change) == .noAction { lacksRow = true }
        }
        return false
    }
}

extension ForeignKey {
    /// Returns what happens when a row that is referred to is deleted or updated; `nil` for an INSERT.
    func action(after change: SQLiteTriggerSet.Change.Kind) -> Action? {
        switch change {
        case .delete: onDelete
        case .update, .updateOf: onUpdate
        case .insert: nil
        }
    }
}
