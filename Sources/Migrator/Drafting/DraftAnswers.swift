import Dialects

/// The answers to the questions that a difference between two schemas leaves open, with the names resolved against the
/// schemas.
package struct DraftAnswers: Sendable, Equatable {
    package private(set) var choices = DraftChoices()
    package private(set) var drops: Set<DraftName> = []
    /// The required columns for which the answer was that no row lacks a value.
    private var unfilled: Set<DraftName> = []

    let before: Schema
    let target: Schema

    package init(from before: Schema, to target: Schema) {
        self.before = before
        self.target = target
    }

    /// The next open question about a name; `nil` if there is none.
    package var renameQuestion: RenameQuestion? {
        before.renameQuestions(leadingTo: target, choices, dropping: drops).first
    }

    /// The next open question about a value for existing rows; `nil` if there is none.
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

    /// Answers that existing rows get this value in the column or, without a value, that no existing row needs one.
    package mutating func fill(_ name: DraftName, with value: Default?) {
        guard case .column(let column, let table) = name, let value else {
            unfilled.insert(name)
            return
        }
        choices.fillings[table, default: [:]][column] = value
    }

    /// Throws `uselessFilling` if a value was given that no row gets. Its author probably meant another column.
    package func requireUsedFillings() throws(DraftRefusal) {
        for (table, values) in choices.fillings.sorted(by: { $0.key < $1.key }) {
            for column in values.keys.sorted() where !getsFilling(column, of: table) {
                throw .uselessFilling(.column(column, of: table))
            }
        }
    }

    /// Whether existing rows get a value in the column: it is new to them, or it stops accepting NULL.
    private func getsFilling(_ column: String, of table: String) -> Bool {
        let oldTable = choices.tables.first { $0.value == table }?.key ?? table
        guard choices.tables[oldTable] ?? table == table, let before = before[oldTable] else { return false }
        let names = choices.columns[oldTable] ?? [:]
        // If no column stays, no row does.
        guard before.columns.contains(where: { target[table]?[column: names[$0.name] ?? $0.name] != nil }) else {
            return false
        }
        let oldColumn = names.first { $0.value == column }?.key ?? column
        guard names[oldColumn] ?? column == column, let was = before[column: oldColumn] else { return true }
        return was.isNullable && target[table]?[column: column]?.isNullable == false
    }
}
