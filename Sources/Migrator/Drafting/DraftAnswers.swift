import Dialects

/// What somebody answers to the questions that a difference leaves open, by the names that there are.
package struct DraftAnswers: Sendable, Equatable {
    package private(set) var choices = DraftChoices()
    package private(set) var drops: Set<DraftName> = []
    /// Required columns of which it is said that no row lacks a value.
    private var unfilled: Set<DraftName> = []

    let before: Schema
    let target: Schema

    package init(from before: Schema, to target: Schema) {
        self.before = before
        self.target = target
    }

    /// What is left to ask about names.
    package var renameQuestion: RenameQuestion? {
        before.renameQuestions(leadingTo: target, choices, dropping: drops).first
    }

    /// What is left to ask about values.
    package var fillingQuestion: FillingQuestion? {
        before.fillingQuestions(leadingTo: target, choices).first { !unfilled.contains($0.name) }
    }

    package mutating func rename(_ old: DraftName, to new: DraftName) {
        switch (old, new) {
        case (.table(let old), .table(let new)): choices.tables[old] = new
        case (.column(let old, let table), .column(let new, _)): choices.columns[table, default: [:]][old] = new
        case (.table, .column), (.column, .table): break
        }
    }

    package mutating func drop(_ name: DraftName) { drops.insert(name) }

    /// Rows that exist already get this value in the column; without a value, the answer is that there are no such rows.
    package mutating func fill(_ name: DraftName, with value: Default?) {
        guard case .column(let column, let table) = name, let value else {
            unfilled.insert(name)
            return
        }
        choices.fillings[table, default: [:]][column] = value
    }

    /// Throws `uselessFilling` when a value was given that no row gets: whoever gave it means another column.
    package func requireUsedFillings() throws(DraftRefusal) {
        for (table, values) in choices.fillings.sorted(by: { $0.key < $1.key }) {
            for column in values.keys.sorted() where !getsFilling(column, of: table) {
                throw .uselessFilling(.column(column, of: table))
            }
        }
    }

    /// Rows that exist get a value in a column that is new to them, and in one that takes no NULL any more.
    private func getsFilling(_ column: String, of table: String) -> Bool {
        let oldTable = choices.tables.first { $0.value == table }?.key ?? table
        guard choices.tables[oldTable] ?? table == table, let before = before[oldTable] else { return false }
        let names = choices.columns[oldTable] ?? [:]
        let oldColumn = names.first { $0.value == column }?.key ?? column
        guard names[oldColumn] ?? column == column, let was = before[column: oldColumn] else { return true }
        return was.isNullable && target[table]?[column: column]?.isNullable == false
    }
}
