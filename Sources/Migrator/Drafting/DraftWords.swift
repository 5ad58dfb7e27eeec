import Dialects

/// One kind of answer, which a program has its own word or flag for.
package enum DraftAnswer: Sendable, Equatable {
    /// This table or column has another name now: `OLD=NEW`.
    case rename
    /// This table or column is gone: `NAME`.
    case drop
    /// Rows that exist get this value: `TABLE.COLUMN=VALUE`.
    case fill
    /// No row lacks a value in this column: `TABLE.COLUMN`.
    case leaveUnfilled
}

/// Where a name is looked for.
package enum DraftSide: Sendable, Equatable {
    case history, declaredSchema, columnsOfDeclaredSchema
}

// Answers that were typed, brought to the names that there are.

extension DraftAnswers {
    /// `people.nick=people.handle`: what was there, and what it is called now. All are meant at once, in whatever order they are
    /// given, so that names can be swapped, and one can be taken that another rename gives up.
    package mutating func rename(inWords words: [String]) throws(DraftRefusal) {
        var renames: [(old: DraftName, new: DraftName)] = []
        for words in words {
            let rename = try renameNames(words)
            if renames.contains(where: { $0.old == rename.old }) { throw .renamedTwice(rename.old) }
            if renames.contains(where: { $0.new == rename.new }) { throw .sameNewName(rename.new) }
            renames.append(rename)
        }
        // Tables first: their columns are called by the names that those have from now on.
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

    /// An old name may still be there as another one's new name, and a new one may have been there if it is given up.
    private func require(
        _ old: DraftName, to new: DraftName, among moves: [(old: DraftName, new: DraftName)], isThere: Bool,
        wasThere: Bool
    ) throws(DraftRefusal) {
        let others = moves.filter { $0.old.name != $0.new.name }
        guard !isThere || others.contains(where: { $0.new.name == old.name }) else { throw .notGone(old) }
        guard !wasThere || others.contains(where: { $0.old.name == new.name }) else { throw .notNew(new) }
    }

    /// `people.nick`: gone, and nothing else's old name.
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

    /// `people.email=none`.
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

    /// `people.email`: no row lacks a value.
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

    /// At each `=`, since a name may hold one, too.
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

    /// The table of a column.
    fileprivate var table: String? {
        switch self {
        case .table: nil
        case .column(_, let table): table
        }
    }
}

extension DraftRefusal {
    /// Which of two says more, where words can be taken apart in several ways: the one that got further.
    fileprivate func nearer(_ other: DraftRefusal) -> DraftRefusal { other.reach > reach ? other : self }

    private var reach: Int {
        if case .badForm = self { return 0 }
        guard case .unknown(_, _, let side, _) = self else { return 3 }
        return side == .history ? 1 : 2
    }
}
