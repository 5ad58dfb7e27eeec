/// Tells which triggers of one event may leave other rows if they run in another order. SQLite promises none, but runs the trigger that was
/// created last first, and applications rely on what they see.
struct SQLiteTriggerOrder {
    private typealias Change = SQLiteTriggerSet.Change

    private let set: SQLiteTriggerSet
    /// The triggers in the order in which SQLite runs them.
    let triggers: [SQLiteTrigger]
    /// What the triggers change, by way of other triggers and foreign keys, too.
    private let written: [Set<Change>]

    /// Takes the triggers in the order in which they were created.
    init(of peers: [SQLiteTrigger], among set: SQLiteTriggerSet) {
        self.set = set
        triggers = peers.reversed()
        written = triggers.map { set.reached(from: SQLiteTriggerSet.changes(by: $0)) }
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

    /// Returns whether what one trigger writes may change what the other one does, or is not written if the other one runs before it.
    private func affects(_ one: Int, _ other: Int) -> Bool {
        if triggers[other].mayIgnoreRows, !written[one].isEmpty { return true }
        let read = triggers[other].relationsRead
        return Set(written[one].map(\.table)).contains { set.reads(read, of: $0) }
            || written[one].contains { change in
                written[other].contains { next in
                    next.table == change.table && !commute(change, next, by: triggers[one], triggers[other])
                }
            }
    }

    /// Returns whether two changes to one table leave the same rows in either order.
    private func commute(_ change: Change, _ next: Change, by one: SQLiteTrigger, _ other: SQLiteTrigger) -> Bool {
        switch (change.kind, next.kind) {
        case (.delete, .delete): true
        case (.insert, .insert): !one.keepsOtherRows(in: change.table) && !other.keepsOtherRows(in: change.table)
        case (.updateOf(let column), .updateOf(let second)): column != second
        case (.updateOf(let column), .update): !other.names(column, updating: change.table)
        case (.update, .update), (.update, .updateOf): true
        case (.insert, _), (.delete, _), (.update, _), (.updateOf, _): false
        }
    }
}

extension SQLiteTrigger {
    /// Whether the trigger may give up the row, and with it the triggers that would run after it.
    fileprivate var mayIgnoreRows: Bool {
        statements.contains { statement in
            guard case .select(let query) = statement, let select = query.plainSelect else { return false }
            return select.results.contains { result in
                guard case .expression(let tree, _, _) = result else { return false }
                return tree.raising?.contains { $0.arguments.first == .string("IGNORE") } == true
            }
        }
    }

    /// Returns whether the trigger inserts rows into the table unless others have their keys.
    fileprivate func keepsOtherRows(in table: String) -> Bool {
        statements.contains { statement in
            guard case .insert(let insert) = statement, SQLName.equal(insert.table, table) else { return false }
            return switch insert.conflict {
            case .ignore, .nothing: true
            case .abort, .replace, .update: false
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
