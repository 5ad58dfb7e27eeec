import Dialects

/// Finds the orphans that a migration made: all orphans except those that were there before it. A row is recognised by its
/// values, not by its number, and under the names that its table and columns have after the migration, because a migration
/// renames.
struct NewOrphans {
    /// A foreign key, by its names.
    private struct Key: Hashable {
        var table: String
        var parent: String
        var columns: [String]

        init(_ violation: ForeignKeyViolation) {
            table = SQLName.folded(violation.table)
            parent = SQLName.folded(violation.parent)
            columns = violation.columns.map(SQLName.folded)
        }
    }

    /// The orphans that a key had before the migration.
    private struct Known {
        /// The number of orphans for each combination of the key's values.
        var values: [[Value]: Int] = [:]
        var count = 0
        /// Whether the migration writes the values in another form, so that only their number can be compared.
        var isRetyped = false
    }

    private var known: [Key: Known] = [:]

    init(beside before: [ForeignKeyViolation], through operations: [Plan.PlannedOperation]) {
        var traces: [Key: (key: Key, isRetyped: Bool)] = [:]
        for violation in before {
            let old = Key(violation)
            let trace = traces[old] ?? Self.trace(old, through: operations)
            traces[old] = trace
            known[trace.key, default: Known()].count += 1
            known[trace.key]?.values[violation.values, default: 0] += 1
            if trace.isRetyped { known[trace.key]?.isRetyped = true }
        }
    }

    /// Returns the first orphan of `now` that was not there before.
    func first(of now: [ForeignKeyViolation]) -> ForeignKeyViolation? {
        var known = known
        return now.first { violation in
            let key = Key(violation)
            guard let before = known[key], before.count > 0 else { return true }
            known[key]?.count -= 1
            if before.isRetyped { return false }
            guard let left = before.values[violation.values], left > 0 else { return true }
            known[key]?.values[violation.values] = left - 1
            return false
        }
    }

    /// Returns the key's name after the operations, and whether one of them writes its values in another form.
    private static func trace(
        _ key: Key, through operations: [Plan.PlannedOperation]
    ) -> (key: Key, isRetyped: Bool) {
        var key = key
        var isRetyped = false
        for planned in operations {
            switch planned.resolved.action {
            case .renameTable(let table, let new):
                let old = SQLName.folded(table.name)
                if key.table == old { key.table = SQLName.folded(new) }
                if key.parent == old { key.parent = SQLName.folded(new) }
            case .alterTable(let alteration):
                isRetyped = isRetyped || retypes(key, alteration)
                guard key.table == SQLName.folded(alteration.before.name) else { continue }
                for step in alteration.steps {
                    switch step.change {
                    case .renameColumn(let old, let new):
                        key.columns = key.columns.map { $0 == SQLName.folded(old) ? SQLName.folded(new) : $0 }
                    case .changeColumn(let column, let facets):
                        guard key.columns.contains(SQLName.folded(column)) else { continue }
                        for case .type in facets { isRetyped = true }
                    case .addColumn, .dropColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique,
                        .dropUnique, .addCheck, .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex,
                        .renameConstraint:
                        break
                    }
                }
            case .createTable, .dropTable, .createView, .dropView, .run, .runSwift: break
            }
        }
        return (key, isRetyped)
    }

    /// Whether the alteration changes the type of one of the key's columns. A column that refers to a retyped one takes its
    /// type.
    private static func retypes(_ key: Key, _ alteration: TableAlteration) -> Bool {
        alteration.changedTables.filter { SQLName.folded($0.before.name) == key.table }.contains { side in
            key.columns.contains { name in
                let old = side.before.columns.first { SQLName.folded($0.name) == name }
                let new = side.after.columns.first { SQLName.folded($0.name) == name }
                return old != nil && new != nil && old?.type != new?.type
            }
        }
    }
}
