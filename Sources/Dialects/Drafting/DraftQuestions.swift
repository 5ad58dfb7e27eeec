/// A table or column that has disappeared, and the new ones that may be the same object under another name.
public struct RenameQuestion: Sendable, Equatable {
    /// The old name.
    public let gone: DraftName
    /// The new names that the object may have.
    public let candidates: [DraftName]
}

/// A column that becomes required although no value is given for existing rows that hold nothing in it.
public struct FillingQuestion: Sendable, Equatable {
    /// The column's new name.
    public let name: DraftName
    /// The type that the value must have.
    public let type: ColumnType
    /// Whether the column is new, so that every row needs a value. Otherwise only the rows that hold NULL need one.
    public let isNew: Bool
}

extension Schema {
    /// Returns the questions to ask before `target` can be drafted: one for each table or column that `choices` does not
    /// rename, that `drops` does not contain, and that has a candidate among the new ones. A candidate for a column has the
    /// same type; a candidate for a table shares at least half of all columns of both tables.
    public func renameQuestions(
        leadingTo target: Schema, _ choices: DraftChoices, dropping drops: Set<DraftName>
    ) -> [RenameQuestion] {
        tableQuestions(target, choices, drops)
            + tables.flatMap { table -> [RenameQuestion] in
                guard let new = target[choices.tables[table.name] ?? table.name] else { return [] }
                return table.columnQuestions(new, choices.columns[table.name] ?? [:], drops)
            }
    }

    private func tableQuestions(
        _ target: Schema, _ choices: DraftChoices, _ drops: Set<DraftName>
    ) -> [RenameQuestion] {
        let given = Set(choices.tables.values)
        let new = target.tables.filter { self[$0.name] == nil && !given.contains($0.name) }
        let gone = tables.filter {
            target[$0.name] == nil && choices.tables[$0.name] == nil && !drops.contains(.table($0.name))
        }
        return gone.compactMap { table in
            let candidates = new.filter { $0.resembles(table) }.map { DraftName.table($0.name) }
            return candidates.isEmpty ? nil : RenameQuestion(gone: .table(table.name), candidates: candidates)
        }
    }

    /// Returns the columns for which `choices` lacks a value: those that are new and required without a default, and those that
    /// become required.
    public func fillingQuestions(leadingTo target: Schema, _ choices: DraftChoices) -> [FillingQuestion] {
        tables.flatMap { table -> [FillingQuestion] in
            guard let new = target[choices.tables[table.name] ?? table.name] else { return [] }
            let fillings = choices.fillings[new.name] ?? [:]
            return table.fillingQuestions(new, choices.columns[table.name] ?? [:])
                .filter { question in !fillings.keys.contains { question.name == .column($0, of: new.name) } }
        }
    }
}

extension Table {
    fileprivate func columnQuestions(
        _ new: Table, _ names: [String: String], _ drops: Set<DraftName>
    ) -> [RenameQuestion] {
        let given = Set(names.values)
        let coming = new.columns.filter {
            self[column: $0.name] == nil && !given.contains($0.name) && $0.generated == nil
        }
        let gone = columns.filter {
            new[column: $0.name] == nil && names[$0.name] == nil && $0.generated == nil
                && !drops.contains(.column($0.name, of: name))
        }
        return gone.compactMap { column in
            let candidates = coming.filter { $0.type == column.type }.map { DraftName.column($0.name, of: new.name) }
            return candidates.isEmpty
                ? nil : RenameQuestion(gone: .column(column.name, of: name), candidates: candidates)
        }
    }

    fileprivate func fillingQuestions(_ new: Table, _ names: [String: String]) -> [FillingQuestion] {
        var before: [String: Column] = [:]
        for column in columns { before[names[column.name] ?? column.name] = column }
        // If no column stays, the table is dropped and made again, and has no rows that need values.
        guard new.columns.contains(where: { before[$0.name] != nil }) else { return [] }
        return new.columns.filter { $0.needsFilling(after: before[$0.name]) }.map { column in
            FillingQuestion(
                name: .column(column.name, of: new.name), type: column.type, isNew: before[column.name] == nil)
        }
    }

    fileprivate func resembles(_ other: Table) -> Bool {
        let common = columns.filter { other[column: $0.name]?.type == $0.type }.count
        return 2 * common >= columns.count + other.columns.count - common
    }
}

extension Column {
    /// Returns whether existing rows need a value for this column. A default serves future rows; an existing row gets it only
    /// if the column is new.
    fileprivate func needsFilling(after old: Column?) -> Bool {
        guard !isNullable, generated == nil, !isIdentity else { return false }
        return old?.isNullable ?? (self.default == nil)
    }
}

extension Default {
    /// Creates the default that these words mean for a column of this type; returns `nil` if the words don't fit the type.
    public init?(words: String, for type: ColumnType) {
        let value: Default?
        switch type {
        case .smallint, .integer, .bigint: value = Int64(words).map { .integer($0) }
        case .real: value = Double(words).flatMap { $0.isFinite ? .real($0) : nil }
        case .decimal, .numeric: value = Int64(words).map { .integer($0) } ?? Double(words).map { _ in .text(words) }
        case .boolean: value = Bool(words).map { .boolean($0) }
        case .text, .varchar: value = .text(words)
        case .json, .jsonText: value = .json(words)
        case .timestamp, .datetime, .time: value = words == "now" ? .now : .text(words)
        case .date: value = words == "today" ? .today : .text(words)
        case .interval: value = .text(words)
        case .uuid: value = words == "uuid" ? .uuid : .text(words)
        case .bytes, .native: value = nil
        }
        guard let value, value.fits(type) else { return nil }
        self = value
    }
}
