// The triggers of a database: their translations, and which of them can fire themselves.

extension SQLiteDialect {
    /// Returns all triggers of the database, translated to PostgreSQL or refused with a reason, in the order in which SQLite
    /// lists them.
    package func triggers(
        of inspection: Inspection, over relations: [NamedRelation],
        renaming: (_ text: String, _ table: String) throws(Untranslatable) -> String
    ) -> [TranslatedTrigger] {
        let parsed = inspection.triggers.map { source in
            Result { () throws(Untranslatable) in try SQLiteExpressionParser.trigger(source.definition) }
        }
        let triggers = SQLiteTriggerSet(inspection, parsed.compactMap { try? $0.get() }, relations)
        return zip(inspection.triggers, parsed).map { source, trigger in
            do throws(Untranslatable) {
                let trigger = try trigger.get()
                triggers.translation.effort.begin(source.definition)
                let translation = try SQLiteTriggerTranslation(trigger, among: triggers)
                let statements = try translation.statements { text throws(Untranslatable) in
                    try renaming(text, trigger.table)
                }
                let notes = SQLiteTriggerNotes(
                    trigger, source.definition, among: triggers, translation.remarks.texts)
                return TranslatedTrigger(source, .statements(statements, note: notes.text))
            } catch {
                var refused = TranslatedTrigger(source, .refused(error.description))
                refused.numbersWanted = error.numbersWanted
                return refused
            }
        }
    }
}

/// The triggers of a database, and the tables and views that they work on.
struct SQLiteTriggerSet {
    /// A kind of change to the rows of a table. An UPDATE changes the table, and each of the columns that it assigns.
    struct Change: Hashable {
        enum Kind: Hashable {
            case insert, delete, update
            /// The folded name of a column.
            case updateOf(String)
        }

        var table: String
        var kind: Kind

        init(_ table: String, _ kind: Kind) {
            self.table = SQLName.folded(table)
            self.kind = kind
        }

        static func updates(_ table: String, of columns: [String]) -> [Change] {
            [Change(table, .update)] + columns.map { Change(table, .updateOf(SQLName.folded($0))) }
        }
    }

    /// A cause of changes: a change, which fires triggers and the actions of foreign keys, or a trigger, whose statements make
    /// changes.
    private enum Cause: Hashable {
        case change(Change)
        /// The folded name of a trigger.
        case trigger(String)
    }

    /// The tables and views that triggers can name, by folded name.
    let relations: [String: NamedRelation]
    /// Translates expressions over these relations.
    let translation: SQLiteExpressionTranslation
    /// What each view reads, by folded names.
    private let viewReads: [String: Set<String>]
    /// Whether the text of some triggers can't be read, so that their effects are unknown.
    private let hasUnknownOnes: Bool
    /// The changes for which some trigger fires.
    private var fired: Set<Change> = []
    /// The triggers whose statements lead back to them, by folded name.
    private var cyclic: Set<String> = []
    /// The causes that each cause leads to.
    private let followers: [Cause: [Cause]]
    /// The triggers, and what they read, by their folded names.
    private let known: [String: (trigger: SQLiteTrigger, read: Set<String>)]
    /// The places of AFTER triggers among the foreign keys.
    private(set) var places = SQLiteTriggerPlaces()

    init(_ inspection: Inspection, _ triggers: [SQLiteTrigger], _ named: [NamedRelation]) {
        relations = Dictionary(
            named.map { (SQLName.folded($0.table.name), $0) }, uniquingKeysWith: { first, _ in first })
        var translation = SQLiteExpressionTranslation(for: .trigger)
        translation.relations = relations.mapValues { SQLiteRelation($0) }
        self.translation = translation
        viewReads = Dictionary(
            inspection.schema.views.map { view in
                let names = QueryNames(SQLiteExpressionTranslation.text(view.query)).relations
                return (SQLName.folded(view.name), Set(names.map(SQLName.folded)))
            }, uniquingKeysWith: { first, _ in first })
        hasUnknownOnes = triggers.count < inspection.triggers.count
        known = Dictionary(
            triggers.map { (SQLName.folded($0.name), (trigger: $0, read: $0.relationsRead)) },
            uniquingKeysWith: { first, _ in first })
        var followers: [Cause: [Cause]] = [:]
        for trigger in triggers {
            let cause = Cause.trigger(SQLName.folded(trigger.name))
            followers[cause] = Self.changes(by: trigger).map(Cause.change)
            for change in Self.changes(thatFire: trigger) {
                fired.insert(change)
                followers[.change(change), default: []].append(cause)
            }
        }
        for table in named.map(\.table) {
            for key in table.foreignKeys { Self.follow(key, of: table.name, in: &followers) }
        }
        self.followers = followers
        for case .trigger(let name) in CyclicNodes.find(in: followers) { cyclic.insert(name) }
        places = SQLiteTriggerPlaces(of: triggers, among: self)
    }

    private static func changes(thatFire trigger: SQLiteTrigger) -> [Change] {
        switch trigger.event {
        case .insert: [Change(trigger.table, .insert)]
        case .delete: [Change(trigger.table, .delete)]
        case .update(let columns):
            columns.isEmpty
                ? [Change(trigger.table, .update)]
                : columns.map { Change(trigger.table, .updateOf(SQLName.folded($0))) }
        }
    }

    static func changes(by trigger: SQLiteTrigger) -> [Change] {
        trigger.statements.flatMap { changes(by: $0) }
    }

    static func changes(by statement: SQLiteTrigger.Statement) -> [Change] {
        switch statement {
        case .update(let table, let assignments, _): Change.updates(table, of: assignments.map(\.column))
        case .delete(let table, _): [Change(table, .delete)]
        case .select: []
        case .insert(let insert):
            switch insert.conflict {
            case .abort, .ignore, .nothing: [Change(insert.table, .insert)]
            case .update(_, let assignments, _):
                [Change(insert.table, .insert)] + Change.updates(insert.table, of: assignments.map(\.column))
            case .replace: [Change(insert.table, .delete), Change(insert.table, .insert)]
            }
        }
    }

    /// Adds the changes that a foreign key makes to its own table when a row that it refers to changes.
    private static func follow(_ key: ForeignKey, of table: String, in followers: inout [Cause: [Cause]]) {
        for kind in [Change.Kind.delete, .update] {
            followers[.change(Change(key.parent, kind)), default: []] +=
                changes(by: key, of: table, after: kind).map(Cause.change)
        }
    }

    /// Returns the changes that a foreign key makes to its own table when a row that it refers to is deleted or updated.
    static func changes(by key: ForeignKey, of table: String, after kind: Change.Kind) -> [Change] {
        switch key.action(after: kind) {
        case .cascade? where kind == .delete: [Change(table, .delete)]
        case .cascade?, .setNull?, .setDefault?: Change.updates(table, of: key.columns)
        case .noAction?, .restrict?, nil: []
        }
    }

    /// Returns whether the changes by the trigger's statements may fire the trigger again, directly or by way of other triggers
    /// and foreign keys.
    func canFireItself(_ trigger: SQLiteTrigger) -> Bool {
        hasUnknownOnes ? !Self.changes(by: trigger).isEmpty : cyclic.contains(SQLName.folded(trigger.name))
    }

    /// Returns whether the changes by the trigger's statements to other tables lead to changes of its own table, by way of other triggers
    /// and foreign keys.
    func comesBack(_ trigger: SQLiteTrigger) -> Bool { !changesComingBack(to: trigger).isEmpty }

    /// Returns whether such changes are of rows that may be there already, and thus of the trigger's own row.
    func comesBackToStoredRows(_ trigger: SQLiteTrigger) -> Bool {
        changesComingBack(to: trigger).contains { $0.kind != .insert }
    }

    private func changesComingBack(to trigger: SQLiteTrigger) -> Set<Change> {
        let own = SQLName.folded(trigger.table)
        return reached(from: Self.changes(by: trigger).filter { $0.table != own }).filter { $0.table == own }
    }

    /// Returns these changes and all to which they lead, by way of triggers and foreign keys.
    func reached(from changes: [Change]) -> Set<Change> {
        causes(from: changes).reduce(into: []) { found, cause in
            if case .change(let change) = cause { found.insert(change) }
        }
    }

    /// Returns the triggers to which these changes lead, with the tables and views that each of them reads.
    func triggers(after changes: [Change]) -> [(trigger: SQLiteTrigger, read: Set<String>)] {
        causes(from: changes).compactMap { cause in
            guard case .trigger(let name) = cause else { return nil }
            return known[name]
        }
    }

    private func causes(from changes: [Change]) -> Set<Cause> {
        var left = changes.map(Cause.change)
        var seen = Set(left)
        while let cause = left.popLast() {
            for next in followers[cause] ?? [] where seen.insert(next).inserted { left.append(next) }
        }
        return seen
    }

    /// Returns whether one of these tables and views is the table, or shows rows of it.
    func reads(_ relations: Set<String>, of table: String) -> Bool {
        allRead(by: relations).contains(SQLName.folded(table))
    }

    /// Returns these tables and views, and all that the views read, by folded names.
    func allRead(by relations: Set<String>) -> Set<String> {
        var (seen, left) = (relations, Array(relations))
        while let relation = left.popLast() {
            for next in viewReads[relation] ?? [] where seen.insert(next).inserted { left.append(next) }
        }
        return seen
    }

    /// Returns whether deleting rows of the table may fire triggers.
    func mayFire(onDeletingFrom table: String) -> Bool { hasUnknownOnes || fired.contains(Change(table, .delete)) }

    /// Returns whether inserting rows into the table may fire triggers.
    func mayFire(onInsertingInto table: String) -> Bool { hasUnknownOnes || fired.contains(Change(table, .insert)) }

    /// Returns whether an upsert of rows of the table may fire triggers.
    func mayFire(onUpserting table: String) -> Bool {
        let name = SQLName.folded(table)
        return mayFire(onInsertingInto: table)
            || fired.contains { change in
                switch change.kind {
                case .update, .updateOf: change.table == name
                case .insert, .delete: false
                }
            }
    }

    /// Returns whether deleting rows of the table deletes or changes rows that refer to them.
    func hasActions(onDeletingFrom table: String) -> Bool { hasActions(on: table, \.onDelete) }

    /// Returns whether changing a key of the table changes rows that refer to it.
    func hasActions(onUpdating table: String) -> Bool { hasActions(on: table, \.onUpdate) }

    private func hasActions(on table: String, _ action: KeyPath<ForeignKey, ForeignKey.Action>) -> Bool {
        relations.values.flatMap(\.table.foreignKeys).contains { key in
            switch key[keyPath: action] {
            case .cascade, .setNull, .setDefault: SQLName.equal(key.parent, table)
            case .noAction, .restrict: false
            }
        }
    }
}
