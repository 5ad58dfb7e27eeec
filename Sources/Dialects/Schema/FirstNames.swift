/// The names that the columns of a table had before an alteration, by their names at one of its steps.
struct FirstNames {
    private var firsts: [String: String]

    /// The names before the first step, which are the columns' own.
    init(of table: Table) { firsts = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.name) }) }

    /// The first name of the column that has this name now; `nil` for a column that was added.
    subscript(_ now: String) -> String? { firsts[now] }

    /// The name of each column now, by its first name. Dropped columns are absent.
    var current: [String: String] {
        Dictionary(uniqueKeysWithValues: firsts.map { now, first in (first, now) })
    }

    mutating func follow(_ change: Change) {
        switch change {
        case .renameColumn(let old, let new):
            if let first = firsts.removeValue(forKey: old) { firsts[new] = first }
        case .dropColumn(let column, _): firsts[column] = nil
        case .addColumn, .changeColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique,
            .dropUnique, .addCheck, .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }
}

extension [ChangeStep] {
    /// The name in the last table of each column of the first table. Dropped columns are absent.
    var finalNames: [String: String] {
        guard let first else { return [:] }
        var names = FirstNames(of: first.before)
        for step in self { names.follow(step.change) }
        return names.current
    }
}
