// All triggers of a database: which of them can fire themselves, and what becomes of each.

extension SQLiteDialect {
    /// The triggers in PostgreSQL's words, in the order in which SQLite lists them.
    package func triggers(of inspection: Inspection, over relations: [Table]) -> [TranslatedTrigger] {
        let parsed = inspection.triggers.map { source in
            Result { () throws(Untranslatable) in try SQLiteTreeParser.trigger(source.definition) }
        }
        let triggers = SQLiteTriggerSet(inspection, parsed.compactMap { try? $0.get() }, relations)
        return zip(inspection.triggers, parsed).map { source, trigger in
            do throws(Untranslatable) {
                let trigger = try trigger.get()
                let translation = try SQLiteTriggerTranslation(trigger, among: triggers)
                let note =
                    trigger.readsRowsBesideIts(source.definition)
                    ? "it reads other rows of \(trigger.table), of which a statement may have changed several by then"
                    : nil
                return TranslatedTrigger(source, .statements(try translation.statements(), note: note))
            } catch {
                return TranslatedTrigger(source, .refused(error.description))
            }
        }
    }
}

extension SQLiteTrigger {
    /// Whether a query in an AFTER trigger reads the trigger's own table.
    fileprivate func readsRowsBesideIts(_ definition: String) -> Bool {
        guard timing == .after else { return false }
        let tokens = SQLToken.scan(definition).filter { !$0.isBlank }
        return tokens.indices.dropFirst(2).contains { at in
            guard tokens[at].names(table) else { return false }
            let isRead = tokens[at - 1].isWord("FROM") || tokens[at - 1].isWord("JOIN") || tokens[at - 1].isSymbol(",")
            return isRead && !tokens[at - 2].isWord("DELETE")
        }
    }
}

/// The triggers of a database, and what they work on.
struct SQLiteTriggerSet {
    /// A kind of change to the rows of a table, whose name is folded.
    private struct Change: Hashable {
        enum Kind { case insert, update, delete }

        var table: String
        var kind: Kind

        init(_ table: String, _ kind: Kind) {
            self.table = SQLName.folded(table)
            self.kind = kind
        }
    }

    /// The tables and views that triggers can name, with the types of the target, by their folded names.
    let relations: [String: Table]
    /// Translates expressions over these relations.
    let translation: SQLiteExpressionTranslation
    /// Whether there are triggers whose text can't be read, so that what they do is not known.
    private let hasUnknownOnes: Bool
    private var followers: [Change: Set<Change>] = [:]
    private var fired: Set<Change> = []

    init(_ inspection: Inspection, _ triggers: [SQLiteTrigger], _ tables: [Table]) {
        relations = Dictionary(tables.map { (SQLName.folded($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        var translation = SQLiteExpressionTranslation(columns: [], for: .view)
        translation.relations = relations.mapValues { SQLiteRelation($0) }
        self.translation = translation
        hasUnknownOnes = triggers.count < inspection.triggers.count
        for trigger in triggers {
            let change = Self.change(that: trigger)
            fired.insert(change)
            followers[change, default: []].formUnion(Self.changes(by: trigger))
        }
        for table in tables { for key in table.foreignKeys { follow(key, of: table.name) } }
    }

    private static func change(that trigger: SQLiteTrigger) -> Change {
        switch trigger.event {
        case .insert: Change(trigger.table, .insert)
        case .update: Change(trigger.table, .update)
        case .delete: Change(trigger.table, .delete)
        }
    }

    private static func changes(by trigger: SQLiteTrigger) -> [Change] {
        trigger.statements.flatMap { statement -> [Change] in
            switch statement {
            case .update(let table, _, _): [Change(table, .update)]
            case .delete(let table, _): [Change(table, .delete)]
            case .select: []
            case .insert(let insert):
                switch insert.conflict {
                case .abort, .ignore, .nothing: [Change(insert.table, .insert)]
                case .update: [Change(insert.table, .insert), Change(insert.table, .update)]
                case .replace: [Change(insert.table, .insert), Change(insert.table, .delete)]
                }
            }
        }
    }

    /// What a foreign key does to its own table when a row that it refers to changes.
    private mutating func follow(_ key: ForeignKey, of table: String) {
        for (action, kind) in [(key.onDelete, Change.Kind.delete), (key.onUpdate, .update)] {
            switch action {
            case .cascade: followers[Change(key.parent, kind), default: []].insert(Change(table, kind))
            case .setNull, .setDefault: followers[Change(key.parent, kind), default: []].insert(Change(table, .update))
            case .noAction, .restrict: break
            }
        }
    }

    /// Whether what the trigger's statements set off may fire the trigger again.
    func canFireItself(_ trigger: SQLiteTrigger) -> Bool {
        var reached: Set<Change> = []
        var next = Self.changes(by: trigger)
        while let change = next.popLast() {
            if reached.insert(change).inserted { next += followers[change] ?? [] }
        }
        return hasUnknownOnes ? !reached.isEmpty : reached.contains(Self.change(that: trigger))
    }

    /// Whether triggers may fire when rows of the table are deleted.
    func mayFire(onDeletingFrom table: String) -> Bool { hasUnknownOnes || fired.contains(Change(table, .delete)) }
}
