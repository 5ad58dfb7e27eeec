// An alteration as a whole: the order in which its changes happen, and the names that its expressions use.

extension Schema {
    /// Applies the changes of one `AlterTable`, and returns the alteration with every name given.
    mutating func alter(_ name: String, _ changes: [Change]) throws(SchemaError) -> TableAlteration {
        let origin = self
        let start = try table(name)
        for case .changeColumn(let column, let facets) in changes {
            for case .type(_, let using?, _) in facets { try start.requireColumns(of: using, for: column, changes) }
        }
        var steps: [ChangeStep] = []
        var followers: Set<String> = []
        var before = start
        for change in start.inOrder(changes) {
            let resolved = try apply(change, to: name, &followers)
            let after = try table(name)
            steps.append(ChangeStep(change: resolved, before: before, after: after))
            before = after
        }
        let names = steps.finalNames
        for case .changeColumn(let column, let facets) in changes {
            for case .type(_, _, let undo?) in facets {
                try before.requireColumns(of: undo, called: names, for: column)
            }
        }
        var alteration = TableAlteration(before: start, after: before, steps: steps)
        for follower in followers.sorted() {
            alteration.followers.append(.init(before: try origin.table(follower), after: try table(follower)))
        }
        return alteration
    }
}

extension Table {
    /// Makes sure that `using` reads columns of the table as it was before the alteration, under the names of that time. So the
    /// expression means the same wherever it stands among the changes, and in every database.
    fileprivate func requireColumns(
        of using: SQLExpression, for column: String, _ changes: [Change]
    ) throws(SchemaError) {
        var names: [String: String] = [:]
        for case .renameColumn(let old, let new) in changes { names[SQLName.folded(new)] = old }
        for unknown in using.texts.flatMap({ ColumnNames($0).unknown(in: self) }) {
            let old = names[SQLName.folded(unknown)]
            // If a name is unknown, only portable SQL proves that it is no column: in the SQL of one database, that database
            // alone knows.
            guard old != nil || using.isPortable else { continue }
            let called = old.map { "; until then, the column is called \($0)" } ?? ""
            let reason = "using: reads \(unknown), which is not a column of the table before this alteration\(called)"
            throw .contradiction(column, table: name, because: reason)
        }
    }

    /// Makes sure that `undo` reads columns of the table as the alteration leaves it. It is written in the same names as `using`.
    fileprivate func requireColumns(
        of undo: SQLExpression, called names: [String: String], for column: String
    ) throws(SchemaError) {
        guard undo.isPortable else { return }
        let texts = undo.renamingColumns(names).texts
        guard let unknown = texts.flatMap({ ColumnNames($0).unknown(in: self) }).first else { return }
        let reason = "undo: reads \(unknown), which is not a column of the table after this alteration"
        throw .contradiction(column, table: name, because: reason)
    }

    /// Returns the changes with simultaneous renames in an order in which they can be made. Adjacent renames that can't be made
    /// one after the other are meant at once: `a` to `b` and `b` to `a` swaps the two. Renames in a circle go over a third name.
    fileprivate func inOrder(_ changes: [Change]) -> [Change] {
        var names = Set(columns.map { SQLName.folded($0.name) })
        var result: [Change] = []
        var rest = changes[...]
        while let change = rest.first {
            let run = rest.prefix { if case .renameColumn = $0 { true } else { false } }
            guard run.count > 1 else {
                change.follow(&names)
                result.append(change)
                rest = rest.dropFirst()
                continue
            }
            let moves = run.compactMap { if case .renameColumn(let old, let new) = $0 { (old, new) } else { nil } }
            let ordered = Moves(moves).inOrder(names).map { Change.renameColumn($0.old, to: $0.new) }
            for change in ordered { change.follow(&names) }
            result += ordered
            rest = rest.dropFirst(run.count)
        }
        return result
    }
}

extension SQLExpression {
    fileprivate var isPortable: Bool {
        switch self {
        case .sql: true
        case .native: false
        }
    }
}

extension Change {
    /// Updates the table's names, in lower case, to those after this change.
    fileprivate func follow(_ names: inout Set<String>) {
        switch self {
        case .addColumn(let column, _): names.insert(SQLName.folded(column.name))
        case .dropColumn(let name, _): names.remove(SQLName.folded(name))
        case .renameColumn(let old, let new):
            names.remove(SQLName.folded(old))
            names.insert(SQLName.folded(new))
        case .changeColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck,
            .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }
}

/// Renames that are meant to happen at once: of the columns of a table, or of tables.
struct Moves {
    private let moves: [(old: String, new: String)]

    init(_ moves: [(String, String)]) { self.moves = moves.map { (old: $0.0, new: $0.1) } }

    /// Returns the renames in an order in which each can be made where `names`, in lower case, are taken. Returns them unchanged
    /// if there is no such order.
    func inOrder(_ names: Set<String>) -> [(old: String, new: String)] {
        canFollow(names) ? moves : atOnce(names) ?? moves
    }

    /// Returns whether each rename, made one after the other, finds its old name there and its new name free.
    private func canFollow(_ names: Set<String>) -> Bool {
        var names = names
        return moves.allSatisfy { move in
            guard names.remove(SQLName.folded(move.old)) != nil else { return false }
            return names.insert(SQLName.folded(move.new)).inserted
        }
    }

    /// Returns the simultaneous renames in an order in which each can be made; `nil` if they can't happen at once either.
    private func atOnce(_ names: Set<String>) -> [(old: String, new: String)]? {
        let olds = Set(moves.map { SQLName.folded($0.old) })
        let news = Set(moves.map { SQLName.folded($0.new) })
        guard olds.count == moves.count, news.count == moves.count, olds.isSubset(of: names),
            names.subtracting(olds).isDisjoint(with: news)
        else { return nil }
        var names = names
        var rest = moves
        var result: [(old: String, new: String)] = []
        while let first = rest.first {
            let at = rest.firstIndex { SQLName.equal($0.old, $0.new) || !names.contains(SQLName.folded($0.new)) }
            let move: (old: String, new: String)
            if let at {
                move = rest.remove(at: at)
            } else {
                let between = Moves.free(names)
                move = (old: first.old, new: between)
                rest[0] = (old: between, new: first.new)
            }
            names.remove(SQLName.folded(move.old))
            names.insert(SQLName.folded(move.new))
            result.append(move)
        }
        return result
    }

    private static func free(_ names: Set<String>) -> String {
        var number = 1
        while names.contains("tc_moving_\(number)") { number += 1 }
        return "tc_moving_\(number)"
    }
}
