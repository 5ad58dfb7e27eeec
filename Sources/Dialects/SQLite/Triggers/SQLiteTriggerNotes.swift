/// Collects the differences of a translated trigger in PostgreSQL, as notes for the person who reads the file.
struct SQLiteTriggerNotes {
    private let trigger: SQLiteTrigger
    private let definition: String
    private let triggers: SQLiteTriggerSet
    /// The sentences about values that the translation has collected.
    private let remarks: [String]

    init(
        _ trigger: SQLiteTrigger, _ definition: String, among triggers: SQLiteTriggerSet, _ remarks: [String]
    ) {
        self.remarks = remarks
        self.trigger = trigger
        self.definition = definition
        self.triggers = triggers
    }

    /// The notes as one text; `nil` if nothing is known to differ.
    var text: String? {
        let known = [otherRows, triggers.places.note(on: trigger), nestedConflict, repeatedKey, localTime]
        let notes = known.compactMap { $0 } + remarks
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }

    /// AFTER triggers run when a statement has changed all of its rows, while SQLite's run row by row.
    private var otherRows: String? {
        guard trigger.timing == .after else { return nil }
        let verb = readsOtherRows ? "reads" : changesOtherRows ? "changes" : nil
        let end = "rows of \(trigger.table), of which a statement may have changed several by then"
        if let verb { return "it \(verb) other \(end)" }
        return triggers.comesBack(trigger) ? "it changes, by way of other tables, \(end)" : nil
    }

    private var readsOtherRows: Bool { triggers.reads(trigger.relationsRead, of: trigger.table) }

    private var changesOtherRows: Bool {
        trigger.statements.contains { statement in
            switch statement {
            case .update(let table, _, let condition), .delete(let table, let condition):
                SQLName.equal(table, trigger.table) && !isOfItsOwnRow(condition)
            case .insert, .select: false
            }
        }
    }

    /// Whether a condition holds for no row but the trigger's own, because it compares the key with that of NEW or OLD.
    private func isOfItsOwnRow(_ condition: ExpressionTree?) -> Bool {
        let pinned = Set((condition.map(Self.conjuncts) ?? []).compactMap(Self.pinnedColumn))
        let rowIDs: Set = ["rowid", "oid", "_rowid_"]
        let key = triggers.relations[SQLName.folded(trigger.table)]?.table.primaryKey?.columns ?? []
        let isKeyPinned = !key.isEmpty && key.allSatisfy { pinned.contains(SQLName.folded($0)) }
        return isKeyPinned || !pinned.isDisjoint(with: rowIDs)
    }

    private static func conjuncts(_ condition: ExpressionTree) -> [ExpressionTree] {
        guard case .binary(.and, let left, let right) = condition else { return [condition] }
        return conjuncts(left) + conjuncts(right)
    }

    /// The column in `id = NEW.id`, folded.
    private static func pinnedColumn(_ comparison: ExpressionTree) -> String? {
        guard case .binary(.compare(let sign), let left, let right) = comparison, sign == .equal || sign == .notDistinct
        else { return nil }
        for (own, other) in [(left, right), (right, left)] {
            guard case .column(let row, let name) = other, ["new", "old"].contains(SQLName.folded(row)),
                let column = own.columnName, SQLName.equal(column, name)
            else { continue }
            if case .column(let table, _) = own, ["new", "old"].contains(SQLName.folded(table)) { continue }
            return SQLName.folded(column)
        }
        return nil
    }

    /// SQLite handles a conflict in the triggers that a statement fires as the statement itself says
    /// (https://www.sqlite.org/lang_createtrigger.html).
    private var nestedConflict: String? {
        for case .insert(let insert) in trigger.statements where triggers.mayFire(onInsertingInto: insert.table) {
            switch insert.conflict {
            case .ignore, .replace:
                let word = insert.conflict == .ignore ? "IGNORE" : "REPLACE"
                return "OR \(word) holds for what the triggers of \(insert.table) do, too, in SQLite alone"
            case .abort, .nothing, .update: continue
            }
        }
        return nil
    }

    /// SQLite updates a row as often as the query yields its key; PostgreSQL refuses the second time.
    private var repeatedKey: String? {
        for case .insert(let insert) in trigger.statements {
            guard case .update = insert.conflict, let rows = insert.rows, rows.singleRow == nil else { continue }
            return "PostgreSQL refuses the upsert into \(insert.table) if its query yields a key twice"
        }
        return nil
    }

    private var localTime: String? {
        let asks = SQLToken.scan(definition).contains { $0.text.lowercased() == "'localtime'" }
        return asks ? "local time is that of the session's TimeZone, and in SQLite that of the program" : nil
    }
}

/// Collects sentences about the values that a trigger's statements write, while they are translated.
final class SQLiteTriggerRemarks {
    private(set) var texts: [String] = []

    func add(_ more: [String]) { for text in more where !texts.contains(text) { texts.append(text) } }
}
