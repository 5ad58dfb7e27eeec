/// Tells which triggers of one event may leave other rows if they run in another order. SQLite promises none, but runs the trigger that was
/// created last first, and applications rely on what they see.
struct SQLiteTriggerOrder {
    private typealias Change = SQLiteTriggerSet.Change

    /// What a trigger does, found once: all pairs of triggers are compared.
    private struct Effects {
        /// What the trigger changes, by way of other triggers and foreign keys, too, and the tables of that.
        let written: Set<Change>
        let tables: Set<String>
        /// The tables and views that the trigger reads, by way of other triggers, too, and all that these views read.
        let read: Set<String>
        /// The tables into which the trigger inserts rows unless others have their keys.
        let kept: Set<String>
        let mayIgnoreRows: Bool
        let mayFail: Bool

        init(of trigger: SQLiteTrigger, among set: SQLiteTriggerSet) {
            let changes = SQLiteTriggerSet.changes(by: trigger)
            written = set.reached(from: changes)
            tables = Set(written.map(\.table))
            read = set.allRead(by: trigger.relationsRead.union(set.read(after: changes)))
            kept = trigger.tablesKeepingRows
            mayIgnoreRows = trigger.raises { $0 == .string("IGNORE") }
            mayFail = trigger.raises { $0 != .string("IGNORE") }
        }
    }

    /// The triggers in the order in which SQLite runs them.
    let triggers: [SQLiteTrigger]
    private let effects: [Effects]

    /// Takes the triggers in the order in which they were created.
    init(of peers: [SQLiteTrigger], among set: SQLiteTriggerSet) {
        triggers = peers.reversed()
        effects = peers.count < 2 ? [] : triggers.map { Effects(of: $0, among: set) }
    }

    /// Whether some of the triggers depend on their order.
    var matters: Bool {
        triggers.indices.contains { first in
            triggers.indices.dropFirst(first + 1).contains { areDependent(first, $0) }
        }
    }

    /// Returns whether two of the triggers, given by their places, depend on their order.
    func areDependent(_ first: Int, _ second: Int) -> Bool {
        affects(first, second) || affects(second, first)
    }

    /// Returns whether what one trigger writes may change what the other one does, or whether the other one may keep it from running:
    /// `RAISE(IGNORE)` gives up the row, so that a later trigger neither writes nor raises anything.
    private func affects(_ one: Int, _ other: Int) -> Bool {
        let (first, second) = (effects[one], effects[other])
        if second.mayIgnoreRows, !first.written.isEmpty || first.mayFail { return true }
        if !first.tables.isDisjoint(with: second.read) { return true }
        guard !first.tables.isDisjoint(with: second.tables) else { return false }
        return first.written.contains { change in
            second.written.contains { next in
                next.table == change.table && !commute(change, next, by: one, other)
            }
        }
    }

    /// Returns whether two changes to one table leave the same rows in either order.
    private func commute(_ change: Change, _ next: Change, by one: Int, _ other: Int) -> Bool {
        switch (change.kind, next.kind) {
        case (.delete, .delete): true
        case (.insert, .insert): !effects[one].kept.union(effects[other].kept).contains(change.table)
        case (.updateOf(let column), .updateOf(let second)): column != second
        case (.updateOf(let column), .update): !triggers[other].names(column, updating: change.table)
        case (.update, .update), (.update, .updateOf): true
        case (.insert, _), (.delete, _), (.update, _), (.updateOf, _): false
        }
    }
}

extension SQLiteTrigger {
    /// Returns whether the trigger calls RAISE, by itself or in a CASE, with such a first argument: `IGNORE` gives up the row, and with it the
    /// triggers that would run after it.
    fileprivate func raises(_ isMeant: (ExpressionTree) -> Bool) -> Bool {
        statements.contains { statement in
            guard case .select(let query) = statement, let select = query.plainSelect else { return false }
            return select.results.contains { result in
                guard case .expression(let tree, _, _) = result else { return false }
                return tree.raising?.contains { $0.arguments.first.map(isMeant) == true } == true
            }
        }
    }

    /// The tables into which the trigger inserts rows unless others have their keys, by folded names.
    fileprivate var tablesKeepingRows: Set<String> {
        statements.reduce(into: []) { tables, statement in
            guard case .insert(let insert) = statement else { return }
            switch insert.conflict {
            case .ignore, .nothing: tables.insert(SQLName.folded(insert.table))
            case .abort, .replace, .update: break
            }
        }
    }

    /// Returns whether the trigger's updates of the table may depend on what one of its columns holds.
    fileprivate func names(_ column: String, updating table: String) -> Bool {
        statements.contains { statement in
            guard case .update(let name, let assignments, let condition) = statement, SQLName.equal(name, table) else {
                return false
            }
            return (assignments.map(\.value) + [condition].compactMap { $0 }).contains { $0.mayRead(column) }
        }
    }
}

extension ExpressionTree {
    /// Returns whether the expression names the column of another row than NEW and OLD, or asks a query, which may name it.
    fileprivate func mayRead(_ column: String) -> Bool {
        switch self {
        case .query, .exists, .isInQuery: true
        case .name(let name, _): SQLName.equal(name, column)
        case .column(let row, let name):
            SQLName.equal(name, column) && !["new", "old"].contains(SQLName.folded(row))
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .isNull, .isIn,
            .between, .matches, .collated, .cast, .choice:
            operands.contains { $0.mayRead(column) }
        }
    }
}
