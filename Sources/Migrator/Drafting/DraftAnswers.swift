import Dialects

/// What somebody says of a difference in words, brought to the names that there are.
package struct DraftAnswers: Sendable, Equatable {
    package private(set) var choices = DraftChoices()
    package private(set) var drops: Set<DraftName> = []
    /// Required columns of which it is said that no row lacks a value.
    private var unfilled: Set<DraftName> = []

    private let before: Schema
    private let target: Schema

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

    /// Rows that exist already get the value in this column; without one it is said that there are none.
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

// MARK: - In words

extension DraftAnswers {
    /// `--rename people.nick=people.handle`: what was there, and what it is called now. Tables have to be renamed before their
    /// columns.
    package mutating func rename(inWords words: String) throws(DraftRefusal) {
        let (old, new) = try split(words, flag: "--rename", form: "OLD=NEW")
        let gone = try find(old, in: before, flag: "--rename", place: "the history")
        let coming = try find(new, in: target, flag: "--rename", place: "the declared schema")
        switch (gone, coming) {
        case (.table(let old), .table(let new)):
            guard target[old] == nil else { throw .notGone(gone) }
            guard before[new] == nil else { throw .notNew(coming) }
        case (.column(let old, let table), .column(let new, let owner)):
            guard owner == choices.tables[table] ?? table else { throw .elsewhere(gone, coming) }
            guard target[owner]?[column: old] == nil else { throw .notGone(gone) }
            guard before[table]?[column: new] == nil else { throw .notNew(coming) }
        case (.table, .column), (.column, .table): throw .elsewhere(gone, coming)
        }
        rename(gone, to: coming)
    }

    /// `--drop people.nick`: gone, and nothing else's old name.
    package mutating func drop(inWords words: String) throws(DraftRefusal) {
        let name = try find(words, in: before, flag: "--drop", place: "the history")
        let isThere =
            switch name {
            case .table(let table): target[table] != nil
            case .column(let column, let table): target[choices.tables[table] ?? table]?[column: column] != nil
            }
        guard !isThere else { throw .notGone(name) }
        drop(name)
    }

    /// `--fill people.email=none`.
    package mutating func fill(inWords words: String) throws(DraftRefusal) {
        let (name, value) = try split(words, flag: "--fill", form: "TABLE.COLUMN=VALUE")
        let (found, column) = try column(name, flag: "--fill")
        guard let filling = Default(words: value, for: column.type) else { throw .badFilling(found, column.type) }
        fill(found, with: filling)
    }

    /// `--no-fill people.email`: no row lacks a value.
    package mutating func leaveUnfilled(inWords words: String) throws(DraftRefusal) {
        fill(try column(words, flag: "--no-fill").name, with: nil)
    }

    private func column(_ words: String, flag: String) throws(DraftRefusal) -> (name: DraftName, column: Column) {
        let found = try find(words, in: target, flag: flag, place: "the declared schema")
        guard case .column(let name, let table) = found, let column = target[table]?[column: name] else {
            throw .unknown(words, flag: flag, place: "the columns of the declared schema", near: nil)
        }
        return (found, column)
    }

    /// At the first `=`: a name that holds one has to be renamed by hand.
    private func split(_ words: String, flag: String, form: String) throws(DraftRefusal) -> (String, String) {
        guard let at = words.firstIndex(of: "=") else { throw .badForm(words, flag: flag, form: form) }
        return (String(words[..<at]), String(words[words.index(after: at)...]))
    }

    private func find(_ words: String, in schema: Schema, flag: String, place: String) throws(DraftRefusal) -> DraftName
    {
        let names = schema.tables.flatMap { table in
            [DraftName.table(table.name)] + table.columns.map { .column($0.name, of: table.name) }
        }
        if let name = names.first(where: { $0.description == words }) { return name }
        throw .unknown(
            words, flag: flag, place: place, near: Suggestion.nearest(to: words, in: names.map(\.description)))
    }
}
