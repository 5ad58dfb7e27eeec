/// A table or column that is gone, and the new ones that may be it under another name.
public struct RenameQuestion: Sendable, Equatable {
    /// The old name.
    public let gone: DraftName
    /// The new names.
    public let candidates: [DraftName]
}

extension Schema {
    /// Finds the questions to ask before `target` can be drafted: each table or column that is neither renamed by `choices` nor
    /// in `drops` and has a counterpart among the new ones. A column's counterpart has its type; a table's has at least half of
    /// all columns of both.
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

    /// Finds the new columns that are required and for which nothing says what existing rows get, by their new names.
    public func columnsWithoutFilling(
        leadingTo target: Schema, _ choices: DraftChoices
    ) -> [(name: DraftName, column: Column)] {
        tables.flatMap { table -> [(name: DraftName, column: Column)] in
            guard let new = target[choices.tables[table.name] ?? table.name] else { return [] }
            let renamed = Set((choices.columns[table.name] ?? [:]).values)
            let coming = new.columns.filter { table[column: $0.name] == nil && !renamed.contains($0.name) }
            return coming.filter { $0.needsFilling && choices.fillings[new.name]?[$0.name] == nil }
                .map { (.column($0.name, of: new.name), $0) }
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

    fileprivate func resembles(_ other: Table) -> Bool {
        let common = columns.filter { other[column: $0.name]?.type == $0.type }.count
        return 2 * common >= columns.count + other.columns.count - common
    }
}

extension Column {
    fileprivate var needsFilling: Bool { !isNullable && self.default == nil && generated == nil && !isIdentity }
}

extension Default {
    /// The default that these words mean for a column of this type; `nil` when they don't fit it.
    public init?(words: String, for type: ColumnType) {
        let value: Default?
        switch type {
        case .integer, .bigint: value = Int64(words).map { .integer($0) }
        case .real: value = Double(words).flatMap { $0.isFinite ? .real($0) : nil }
        case .decimal, .numeric: value = Int64(words).map { .integer($0) } ?? Double(words).map { _ in .text(words) }
        case .boolean: value = Bool(words).map { .boolean($0) }
        case .text, .varchar: value = .text(words)
        case .json: value = .json(words)
        case .timestamp, .datetime, .time: value = words == "now" ? .now : .text(words)
        case .date: value = words == "today" ? .today : .text(words)
        case .uuid: value = words == "uuid" ? .uuid : .text(words)
        case .bytes, .native: value = nil
        }
        guard let value, value.fits(type) else { return nil }
        self = value
    }
}
