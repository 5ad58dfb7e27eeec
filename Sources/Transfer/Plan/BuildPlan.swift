import Dialects

/// The plan for everything that is built on loaded rows: keys, indexes, checks, foreign keys, views and triggers. It has
/// stages, each of which needs all earlier ones. It is computed without a database.
struct BuildPlan {
    /// Steps that one session performs in this order. Different units may be built at the same time.
    typealias Unit = [BuildStep]

    private(set) var stages: [[Unit]] = []

    /// Creates the plan. `streams` is the number of sessions that build at once.
    init(
        _ plan: TransferPlan, _ construction: Construction, _ target: any TransferTarget, streams: Int
    ) throws(LoweringError) {
        let weights = Dictionary(uniqueKeysWithValues: plan.tables.map { ($0.target, $0.bytes) })
        var units = Units(weights, streams: streams)
        for part in construction.afterLoad { units.add(part, in: plan) }
        for text in plan.fullText {
            units.indexes.append(
                BuildStep(kind: .index, table: text.table, name: text.name, action: .optional(text.statement)))
        }
        for planned in plan.checks {
            let table = plan.schema[planned.table] ?? Table(name: planned.table)
            units.checks[planned.table, default: []].append(
                BuildStep(
                    kind: .check, table: planned.table, name: planned.check.name ?? "CHECK",
                    action: .optional(try target.addCheck(planned.check, to: table))))
        }
        let keys = plan.construction?.afterLoad.filter { $0.kind == .foreignKey } ?? []
        let ownWords = Dictionary(
            keys.map { ([$0.table, $0.name], $0.statement) }, uniquingKeysWith: { first, _ in first })
        for table in plan.schema.tables {
            for key in table.foreignKeys {
                let statement = key.name.flatMap { ownWords[[table.name, $0]] }
                try units.add(key, of: table.name, target, inOwnWords: statement)
            }
        }
        stages = units.stages
    }

    /// Returns the stages without the steps that are `done`.
    func stages(without done: [ChunkRecord]) -> [[Unit]] {
        let done = Set(done.map { BuildStep.ID(kind: $0.kind, table: $0.table, name: $0.name) })
        return stages.map { units in
            units.map { unit in unit.filter { !done.contains($0.id) } }.filter { !$0.isEmpty }
        }
        .filter { !$0.isEmpty }
    }
}

/// One step of the building.
struct BuildStep: Sendable {
    enum Action: Sendable {
        /// A step without which the rows would not be what they were. If the target refuses it, the transfer is refused.
        case required(String)
        /// A step that the report lists as not transferred if the target refuses it.
        case optional(String)
        /// A step that validates the rows for a foreign key. Orphans come from the source: they are listed, and the foreign
        /// key then holds for new rows only.
        case validation(String, ForeignKey)
        /// A step that lists the orphans of a foreign key which is part of its table from the beginning.
        case listing(ForeignKey)
    }

    struct ID: Hashable {
        var kind: ChunkRecord.Kind
        var table: String
        var name: String
    }

    var kind: ChunkRecord.Kind
    var table: String
    var name: String
    var action: Action
    /// Whether the table is larger than one session's share of all tables. The server may then use parallel workers for it,
    /// because the other sessions would only wait.
    var isBulk = false

    var statement: String? {
        switch action {
        case .required(let statement), .optional(let statement), .validation(let statement, _): statement
        case .listing: nil
        }
    }

    var id: ID { ID(kind: kind, table: table, name: name) }
}

/// Sorts steps into units, and units into stages.
private struct Units {
    private let weights: [String: Int]
    /// One session's share of all weights. It is 0 if there is only one session, so that every table counts as larger: no
    /// other session competes with the parallel workers.
    private let share: Int
    private var keys: [String: [BuildStep]] = [:]
    var indexes: [BuildStep] = []
    private var foreignKeys: [BuildStep] = []
    private var validations: [String: [BuildStep]] = [:]
    private var views: [BuildStep] = []
    private var triggers: [BuildStep] = []
    var checks: [String: [BuildStep]] = [:]

    init(_ weights: [String: Int], streams: Int) {
        self.weights = weights
        share = streams > 1 ? weights.values.reduce(0, +) / streams : 0
    }

    mutating func add(_ part: Construction.Part, in plan: TransferPlan) {
        func step(_ kind: ChunkRecord.Kind, _ action: BuildStep.Action) -> BuildStep {
            BuildStep(kind: kind, table: part.table, name: part.name, action: action)
        }
        switch part.kind {
        case .primaryKey, .unique: keys[part.table, default: []].append(step(.key, .required(part.statement)))
        case .index:
            // A unique index over columns is a key as well, so it is required.
            let isUnique = plan.schema[part.table]?.indexes.first { $0.name == part.name }?.isUnique ?? false
            let isKey = isUnique && !plan.computedIndexes.contains(part.name)
            indexes.append(step(.index, isKey ? .required(part.statement) : .optional(part.statement)))
        case .check: checks[part.table, default: []].append(step(.check, .optional(part.statement)))
        case .view: views.append(step(.madeView, .optional(part.statement)))
        case .trigger: triggers.append(step(.trigger, .optional(part.statement)))
        // Foreign keys are made from the schema, in two steps.
        case .foreignKey: break
        }
    }

    /// Adds a foreign key. A copy into the same kind of database gives the key's statement in that database's own words.
    mutating func add(
        _ key: ForeignKey, of table: String, _ target: any TransferTarget, inOwnWords statement: String?
    ) throws(LoweringError) {
        let name = key.name ?? key.columns.joined(separator: "_")
        func step(_ kind: ChunkRecord.Kind, _ action: BuildStep.Action) -> BuildStep {
            BuildStep(kind: kind, table: table, name: name, action: action)
        }
        guard target.addsConstraints else {
            return validations[table, default: []].append(step(.validation, .listing(key)))
        }
        let adding = if let statement { statement } else { try target.addUnvalidated(key, to: table) }
        foreignKeys.append(step(.foreignKey, .optional(adding)))
        validations[table, default: []].append(
            step(.validation, .validation(target.validate(name, of: table), key)))
    }

    var stages: [[BuildPlan.Unit]] {
        [
            byTable(keys), heaviestFirst(indexes.map { [$0] }), byTable(checks),
            // Each foreign key locks two tables. They are added one after the other, so that no two wait for each other, and
            // they take no time.
            [foreignKeys], byTable(validations), [views], [triggers],
        ]
        .map { $0.filter { !$0.isEmpty }.map { $0.map(weighed) } }.filter { !$0.isEmpty }
    }

    private func weighed(_ step: BuildStep) -> BuildStep {
        var step = step
        step.isBulk = weights[step.table] ?? 0 > share
        return step
    }

    private func byTable(_ steps: [String: [BuildStep]]) -> [BuildPlan.Unit] {
        heaviestFirst(steps.sorted { $0.key < $1.key }.map(\.value))
    }

    private func heaviestFirst(_ units: [BuildPlan.Unit]) -> [BuildPlan.Unit] {
        units.sorted { weight($0) > weight($1) }
    }

    private func weight(_ unit: BuildPlan.Unit) -> Int { weights[unit.first?.table ?? ""] ?? 0 }
}
