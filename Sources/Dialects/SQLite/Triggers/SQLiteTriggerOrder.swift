/// Tells which triggers of one event may leave other rows if they run in another order. SQLite promises none, but runs the trigger that was
/// created last first, and applications rely on what they see.
struct SQLiteTriggerOrder {
    private typealias Change = SQLiteTriggerSet.Change

    /// What a trigger does, by way of those that it sets off, too. It is found once: all pairs of triggers are compared.
    private struct Effects {
        /// What changes in each table, by the actions of foreign keys, too.
        let written: [String: Set<Change.Kind>]
        /// The tables and views that are read, and all that these views read.
        let read: Set<String>
        /// The tables that get rows unless others have their keys.
        let kept: Set<String>
        /// The triggers that update rows of each table.
        let updating: [String: [SQLiteTrigger]]
        let mayIgnoreRows: Bool
        let mayFail: Bool

        init(of trigger: SQLiteTrigger, among set: SQLiteTriggerSet) {
            let changes = SQLiteTriggerSet.changes(by: trigger)
            let further = set.triggers(after: changes)
            written = Dictionary(grouping: set.reached(from: changes), by: \.table).mapValues { Set($0.map(\.kind)) }
            read = set.allRead(by: further.reduce(into: trigger.relationsRead) { $0.formUnion($1.read) })
            let all = [trigger] + further.map { $0.trigger }
            kept = all.reduce(into: []) { $0.formUnion($1.tablesKeepingRows) }
            updating = all.reduce(into: [:]) { found, trigger in
                for table in trigger.tablesUpdated { found[table, default: []].append(trigger) }
            }
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
        return first.written.contains { table, kinds in
            if second.read.contains(table) { return true }
            guard let others = second.written[table] else { return false }
            return kinds.contains { kind in others.contains { !commute(kind, $0, in: table, by: one, other) } }
        }
    }

    /// Returns whether two changes to one table leave the same rows in either order.
    private func commute(
        _ kind: Change.Kind, _ next: Change.Kind, in table: String, by one: Int, _ other: Int
    ) -> Bool {
        switch (kind, next) {
        case (.delete, .delete): true
        case (.insert, .insert): !effects[one].kept.contains(table) && !effects[other].kept.contains(table)
        case (.updateOf(let column), .updateOf(let second)): column != second
        case (.updateOf(let column), .update):
            effects[other].updating[table]?.contains { $0.names(column, updating: table) } != true
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

    /// The tables whose rows the trigger updates, by folded names.
    fileprivate var tablesUpdated: Set<String> {
        statements.reduce(into: []) { tables, statement in
            if case .update(let table, _, _) = statement { tables.insert(SQLName.folded(table)) }
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
