import Dialects

/// A kind of answer, for which a program has its own word or flag.
package enum DraftAnswer: Sendable, Equatable {
    /// This table or column has a new name: `OLD=NEW`.
    case rename
    /// This table or column is dropped: `NAME`.
    case drop
    /// Existing rows get this value: `TABLE.COLUMN=VALUE`.
    case fill
    /// No row lacks a value in this column: `TABLE.COLUMN`.
    case leaveUnfilled
}

/// The place in which a name is looked up.
package enum DraftSide: Sendable, Equatable {
    case history, declaredSchema, columnsOfDeclaredSchema
}

// Parses typed answers and resolves the names in them.

extension DraftAnswers {
    /// Parses renames such as `people.nick=people.handle`: the old name, and the new one. All renames take effect at once, in
    /// whatever order they are given. So names can be swapped, and a rename can take a name that another one gives up.
    package mutating func rename(inWords words: [String]) throws(DraftRefusal) {
        var renames: [(old: DraftName, new: DraftName)] = []
        for words in words {
            let rename = try renameNames(words)
            if renames.contains(where: { $0.old == rename.old }) { throw .renamedTwice(rename.old) }
            if renames.contains(where: { $0.new == rename.new }) { throw .sameNewName(rename.new) }
            renames.append(rename)
        }
        // Tables are renamed first, because the new names of columns are looked up under their table's new name.
        for (old, new) in renames where old.table == nil {
            let moves = renames.filter { $0.old.table == nil }
            try require(old, to: new, among: moves, isThere: target[old.name] != nil, wasThere: before[new.name] != nil)
        }
        for (old, new) in renames where old.table == nil { rename(old, to: new) }
        for (old, new) in renames {
            guard let table = old.table, let owner = new.table else { continue }
            guard owner == choices.tables[table] ?? table else { throw .elsewhere(old, new) }
            let moves = renames.filter { $0.old.table == table }
            let isThere = target[owner]?[column: old.name] != nil
            let wasThere = before[table]?[column: new.name] != nil
            try require(old, to: new, among: moves, isThere: isThere, wasThere: wasThere)
        }
        for (old, new) in renames { rename(old, to: new) }
    }

    /// Checks that a rename is possible. An old name may still exist only as another rename's new name, and a new name may have
    /// existed only if another rename gives it up.
    private func require(
        _ old: DraftName, to new: DraftName, among moves: [(old: DraftName, new: DraftName)], isThere: Bool,
        wasThere: Bool
    ) throws(DraftRefusal) {
        let others = moves.filter { $0.old.name != $0.new.name }
        guard !isThere || others.contains(where: { $0.new.name == old.name }) else { throw .notGone(old) }
        guard !wasThere || others.contains(where: { $0.old.name == new.name }) else { throw .notNew(new) }
    }

    /// Parses a drop such as `people.nick`: the column is gone, and nothing has it as its old name.
    package mutating func drop(inWords words: String) throws(DraftRefusal) {
        let name = try find(words, on: .history, for: .drop)
        let isThere: Bool
        let isRenamed: Bool
        switch name {
        case .table(let table):
            isThere = target[table] != nil
            isRenamed = choices.tables[table] != nil
        case .column(let column, let table):
            isThere = target[choices.tables[table] ?? table]?[column: column] != nil
            isRenamed = choices.columns[table]?[column] != nil
        }
        guard !isRenamed else { throw .renamedAndDropped(name) }
        guard !isThere else { throw .notGone(name) }
        drop(name)
    }

    /// Parses a filling such as `people.email=none`.
    package mutating func fill(inWords words: String) throws(DraftRefusal) {
        var refusal = DraftRefusal.badForm(words, .fill)
        for (name, value) in Self.splits(words) {
            do throws(DraftRefusal) {
                let (found, column) = try column(name, for: .fill)
                guard let filling = Default(words: value, for: column.type) else {
                    throw .badFilling(found, column.type)
                }
                return fill(found, with: filling)
            } catch { refusal = refusal.nearer(error) }
        }
        throw refusal
    }

    /// Parses `people.email`, which says that no row lacks a value in this column.
    package mutating func leaveUnfilled(inWords words: String) throws(DraftRefusal) {
        fill(try column(words, for: .leaveUnfilled).name, with: nil)
    }

    private func column(
        _ words: String, for answer: DraftAnswer
    ) throws(DraftRefusal) -> (name: DraftName, column: Column) {
        let found = try find(words, on: .declaredSchema, for: answer)
        guard case .column(let name, let table) = found, let column = target[table]?[column: name] else {
            throw .unknown(words, answer, .columnsOfDeclaredSchema, near: nil)
        }
        return (found, column)
    }

    private func renameNames(_ words: String) throws(DraftRefusal) -> (old: DraftName, new: DraftName) {
        var refusal = DraftRefusal.badForm(words, .rename)
        for (oldWords, newWords) in Self.splits(words) {
            do throws(DraftRefusal) {
                let old = try find(oldWords, on: .history, for: .rename)
                let new = try find(newWords, on: .declaredSchema, for: .rename)
                guard (old.table == nil) == (new.table == nil) else { throw .elsewhere(old, new) }
                return (old, new)
            } catch { refusal = refusal.nearer(error) }
        }
        throw refusal
    }

    /// Splits the text at each `=` in turn, because a name may hold one too.
    private static func splits(_ words: String) -> [(String, String)] {
        words.indices.filter { words[$0] == "=" }
            .map { (String(words[..<$0]), String(words[words.index(after: $0)...])) }
    }

    private func find(
        _ words: String, on side: DraftSide, for answer: DraftAnswer
    ) throws(DraftRefusal) -> DraftName {
        let schema = side == .history ? before : target
        let names = schema.tables.flatMap { table in
            [DraftName.table(table.name)] + table.columns.map { .column($0.name, of: table.name) }
        }
        let found = names.filter { $0.description == words }
        guard found.count < 2 else { throw .ambiguous(words) }
        if let name = found.first { return name }
        throw .unknown(words, answer, side, near: Suggestion.nearest(to: words, in: names.map(\.description)))
    }
}

extension DraftName {
    fileprivate var name: String {
        switch self {
        case .table(let name), .column(let name, _): name
        }
    }

    /// The column's table; `nil` for a table.
    fileprivate var table: String? {
        switch self {
        case .table: nil
        case .column(_, let table): table
        }
    }
}

extension DraftRefusal {
    /// Returns the more informative of two refusals: the one of the split that got further. It is for a text that can be split
    /// in several ways.
    fileprivate func nearer(_ other: DraftRefusal) -> DraftRefusal { other.reach > reach ? other : self }

    private var reach: Int {
        if case .badForm = self { return 0 }
        guard case .unknown(_, _, let side, _) = self else { return 3 }
        return side == .history ? 1 : 2
    }
}
