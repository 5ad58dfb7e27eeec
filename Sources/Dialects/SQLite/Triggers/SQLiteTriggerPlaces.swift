/// The places of triggers among those of the same event, and of AFTER triggers among the foreign keys.
///
/// SQLite follows the actions of foreign keys, and checks RESTRICT, before an AFTER trigger runs; it checks other keys when the outermost
/// statement ends (https://www.sqlite.org/foreignkeys.html, section 4). PostgreSQL does all this in AFTER triggers that are named
/// `RI_ConstraintTrigger_…`, and runs the AFTER triggers of an event in the byte order of their names (its manual, 39.1). The AFTER triggers
/// of the rows that an action changes, and with them the next foreign keys, only run after all of the statement's own.
struct SQLiteTriggerPlaces {
    typealias Change = SQLiteTriggerSet.Change

    private enum Place { case before, after }

    /// The foreign keys of and to each table, by its folded name.
    private var keys: [String: [SQLiteTriggerKey]] = [:]
    /// The places that triggers need, by their folded names.
    private var needs: [String: Set<Place>] = [:]
    /// The tables that foreign keys come to after triggers that have to do with them, by the triggers' folded names.
    private var late: [String: String] = [:]
    /// The triggers that have to run before and after others, but can't, because of their places among the foreign keys, by folded names.
    private var misplaced: [String: String] = [:]
    /// The names that triggers have in PostgreSQL, by their folded names.
    private var names: [String: String] = [:]

    init(of triggers: [SQLiteTrigger] = [], among set: SQLiteTriggerSet? = nil) {
        guard let set else { return }
        for key in SQLiteTriggerKey.all(of: set.relations.values) {
            for table in Set([key.table, key.key.parent].map(SQLName.folded)) { keys[table, default: []].append(key) }
        }
        for trigger in triggers where trigger.timing == .after && !keys.isEmpty {
            let written = set.reached(from: SQLiteTriggerSet.changes(by: trigger))
            needs[SQLName.folded(trigger.name)] = places(neededBy: trigger, writing: written, set)
            late[SQLName.folded(trigger.name)] = lateTable(for: trigger, writing: written, set)
        }
        for timing in [SQLiteTrigger.Timing.before, .after, .insteadOf] {
            let events = Dictionary(grouping: triggers.filter { $0.timing == timing }, by: \.change)
            for peers in events.values { name(SQLiteTriggerOrder(of: peers, among: set)) }
        }
    }

    /// Returns the name that gives a trigger its place.
    func name(of trigger: SQLiteTrigger) -> String { names[SQLName.folded(trigger.name)] ?? trigger.name }

    /// What differs from SQLite all the same, as sentences about the trigger; `nil` if nothing is known to differ.
    func note(on trigger: SQLiteTrigger) -> String? {
        let notes = [
            noteOnPlace(of: trigger), noteOnLateTable(of: trigger), noteOnMendedKey(of: trigger),
            noteOnOrder(of: trigger),
        ].compactMap { $0 }
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }

    private func noteOnPlace(of trigger: SQLiteTrigger) -> String? {
        guard needs[SQLName.folded(trigger.name)]?.count == 2 else { return nil }
        return "it runs before the actions of the foreign keys to \(trigger.table), which SQLite follows first,"
            + " since it also mends what PostgreSQL then checks"
    }

    private func noteOnLateTable(of trigger: SQLiteTrigger) -> String? {
        guard let table = late[SQLName.folded(trigger.name)] else { return nil }
        return "it runs before the actions of the foreign keys to \(trigger.table) lead on to \(table),"
            + " by further keys or triggers, which SQLite follows first"
    }

    private func noteOnMendedKey(of trigger: SQLiteTrigger) -> String? {
        let changes = SQLiteTriggerSet.changes(by: trigger) + (trigger.timing == .before ? trigger.ownChanges : [])
        let broken = changes.lazy.flatMap { keys[$0.table] ?? [] }.first { $0.isMended(in: changes) }
        guard let key = broken else { return nil }
        return "PostgreSQL checks the foreign key of \(key.table) to \(key.key.parent) after each of its statements,"
            + " and SQLite at the end of the statement that fires it"
    }

    private func noteOnOrder(of trigger: SQLiteTrigger) -> String? {
        misplaced[SQLName.folded(trigger.name)].map {
            "it and \($0) run in the other order in SQLite, and one of them writes what the other one reads or writes"
        }
    }

    // MARK: What a trigger needs

    private func places(
        neededBy trigger: SQLiteTrigger, writing written: Set<Change>, _ set: SQLiteTriggerSet
    ) -> Set<Place> {
        let (change, read) = (trigger.change, set.allRead(by: trigger.relationsRead))
        var places: Set<Place> = []
        for key in keys[change.table] ?? [] {
            let mends = !key.mendingChanges.isDisjoint(with: written)
            if mends, key.isChecked(after: change) { places.insert(.before) }
            switch key.action(after: change) {
            case .restrict? where mends: places.insert(.after)
            case .cascade?, .setNull?, .setDefault?:
                let done = SQLiteTriggerSet.changes(by: key.key, of: key.table, after: change.kind)
                let tables = Set(set.reached(from: done).map(\.table))
                let isSeen = !tables.isDisjoint(with: read)
                if isSeen || written.contains(where: { tables.contains($0.table) }) { places.insert(.after) }
            case .restrict?, .noAction?, nil: break
            }
        }
        return places
    }

    /// Returns a table that the trigger reads, although what the actions lead on to changes it, or whose RESTRICT against the actions the
    /// trigger evades; `nil` if there is none. Rows of the trigger's own table have a note already.
    private func lateTable(
        for trigger: SQLiteTrigger, writing written: Set<Change>, _ set: SQLiteTriggerSet
    ) -> String? {
        let (change, read) = (trigger.change, set.allRead(by: trigger.relationsRead))
        var late: Set<String> = []
        for key in keys[change.table] ?? [] where key.action(after: change) != nil {
            let done = SQLiteTriggerSet.changes(by: key.key, of: key.table, after: change.kind)
            let all = set.reached(from: done)
            late.formUnion(all.subtracting(done).map(\.table).filter(read.contains))
            for next in all {
                let evaded = (keys[next.table] ?? []).filter {
                    $0.action(after: next) == .restrict && !$0.mendingChanges.isDisjoint(with: written)
                }
                late.formUnion(evaded.map { SQLName.folded($0.table) })
            }
        }
        late.remove(change.table)
        return late.min().map { set.relations[$0]?.table.name ?? $0 }
    }

    // MARK: Names

    /// Names the triggers of one event. Where their order matters they are numbered in that of SQLite. One that needs no place itself keeps
    /// its order among the others, if it can.
    private mutating func name(_ order: SQLiteTriggerOrder) {
        let matters = order.matters
        let peers = matters ? order.triggers : order.triggers.sorted { Self.precedes($0.name, $1.name) }
        let needed = peers.map { trigger -> Place? in
            let places = needs[SQLName.folded(trigger.name)] ?? []
            return places.contains(.before) ? .before : places.first
        }
        let lastBefore = needed.lastIndex(of: .before) ?? -1
        let firstAfter = needed.firstIndex(of: .after) ?? peers.count
        var places: [Place] = []
        for (at, trigger) in peers.enumerated() {
            let name = matters ? Self.numbered(trigger.name, at + 1, of: peers.count) : trigger.name
            let natural: Place = Self.precedes(name, "RI_ConstraintTrigger_") ? .before : .after
            let neighbours: Place? = (at < lastBefore) == (at > firstAfter) ? nil : at < lastBefore ? .before : .after
            places.append(needed[at] ?? neighbours ?? natural)
            names[SQLName.folded(trigger.name)] = Self.name(name, natural, places[at])
        }
        if matters { findMisplaced(order, places) }
    }

    /// Finds the triggers whose places among the foreign keys put them in another order than SQLite's.
    private mutating func findMisplaced(_ order: SQLiteTriggerOrder, _ places: [Place]) {
        for first in places.indices where places[first] == .after {
            for second in places.indices.dropFirst(first + 1)
            where places[second] == .before && order.areDependent(first, second) {
                let pair = (order.triggers[first].name, order.triggers[second].name)
                misplaced[SQLName.folded(pair.0)] = pair.1
                misplaced[SQLName.folded(pair.1)] = pair.0
            }
        }
    }

    /// A number before the name, with as many digits as that of the last one.
    private static func numbered(_ name: String, _ number: Int, of count: Int) -> String {
        let zeros = String(repeating: "0", count: String(count).count - String(number).count)
        return "\(zeros)\(number)_\(name)"
    }

    /// A mark sorts the name next to those of the foreign keys, so that triggers on the same side of them stay in order.
    private static func name(_ name: String, _ natural: Place, _ place: Place) -> String {
        switch place {
        case natural: name
        case .before: "RI!\(name)"
        case .after: "RI~\(name)"
        }
    }

    private static func precedes(_ name: String, _ other: String) -> Bool {
        name.utf8.lexicographicallyPrecedes(other.utf8)
    }
}

extension SQLiteTrigger {
    /// The change that fires the trigger, whichever columns it is of.
    fileprivate var change: SQLiteTriggerSet.Change {
        switch event {
        case .insert: SQLiteTriggerSet.Change(table, .insert)
        case .delete: SQLiteTriggerSet.Change(table, .delete)
        case .update: SQLiteTriggerSet.Change(table, .update)
        }
    }

    /// The changes that are known to be made to the trigger's own row.
    fileprivate var ownChanges: [SQLiteTriggerSet.Change] {
        switch event {
        case .insert, .delete: [change]
        case .update(let columns): SQLiteTriggerSet.Change.updates(table, of: columns)
        }
    }
}
