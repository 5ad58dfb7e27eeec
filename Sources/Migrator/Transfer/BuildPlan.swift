import Dialects

/// What is built on loaded rows so that they are found and held together, in stages: what stands in one stage needs all that
/// stands before it. Pure.
struct BuildPlan {
    /// What stands together is built in this order by one session; what doesn't may be built at the same time.
    typealias Unit = [BuildStep]

    private(set) var stages: [[Unit]] = []

    init(_ plan: TransferPlan, _ construction: Construction, _ target: any TransferTarget) throws(LoweringError) {
        let weights = Dictionary(uniqueKeysWithValues: plan.tables.map { ($0.target, $0.bytes) })
        var units = Units(weights)
        for part in construction.afterLoad { units.add(part, in: plan.schema, target) }
        for text in plan.fullText {
            units.indexes.append(
                BuildStep(
                    kind: .index, table: text.table, name: text.name, statement: text.statement, refusal: .leaveOut))
        }
        for planned in plan.checks {
            units.checks[planned.table, default: []].append(
                BuildStep(
                    kind: .check, table: planned.table, name: planned.check.name ?? "CHECK",
                    statement: try target.addCheck(planned.check, to: planned.table), refusal: .leaveOut))
        }
        for table in plan.schema.tables {
            for key in table.foreignKeys where units.addsForeignKeys {
                units.add(
                    key, of: table.name, unvalidated: try target.addUnvalidated(key, to: table.name), target)
            }
        }
        stages = units.stages
    }

    /// The same without what is `done`.
    func stages(without done: [ChunkRecord]) -> [[Unit]] {
        let done = Set(done.map { BuildStep.ID(kind: $0.kind, table: $0.table, name: $0.name) })
        return stages.map { units in
            units.map { unit in unit.filter { !done.contains($0.id) } }.filter { !$0.isEmpty }
        }
        .filter { !$0.isEmpty }
    }
}

/// One statement of the building, and what it means when the target refuses it.
struct BuildStep: Sendable {
    enum Refusal: Sendable {
        /// Without it the rows would not be what they were.
        case fail
        /// It is listed in the report as not carried over.
        case leaveOut
        /// Rows that point nowhere are the source's own: the foreign key holds for those that come, and they are listed.
        case listOrphans(ForeignKey)
    }

    struct ID: Hashable {
        var kind: ChunkRecord.Kind
        var table: String
        var name: String
    }

    var kind: ChunkRecord.Kind
    var table: String
    var name: String
    var statement: String
    var refusal: Refusal

    var id: ID { ID(kind: kind, table: table, name: name) }
}

/// Sorts steps into units and those into stages.
private struct Units {
    private let weights: [String: Int]
    private var keys: [String: [BuildStep]] = [:]
    var indexes: [BuildStep] = []
    private var foreignKeys: [BuildStep] = []
    private var validations: [String: [BuildStep]] = [:]
    private var views: [BuildStep] = []
    var checks: [String: [BuildStep]] = [:]
    /// Whether the target takes foreign keys after the rows: otherwise they stand in its tables.
    private(set) var addsForeignKeys = false

    init(_ weights: [String: Int]) { self.weights = weights }

    mutating func add(_ part: Construction.Part, in schema: Schema, _ target: any TransferTarget) {
        func step(_ kind: ChunkRecord.Kind, _ refusal: BuildStep.Refusal) -> BuildStep {
            BuildStep(kind: kind, table: part.table, name: part.name, statement: part.statement, refusal: refusal)
        }
        switch part.kind {
        case .primaryKey, .unique: keys[part.table, default: []].append(step(.key, .fail))
        case .index:
            // A unique index is a key as well.
            let isUnique = schema[part.table]?.indexes.first { $0.name == part.name }?.isUnique ?? false
            indexes.append(step(.index, isUnique ? .fail : .leaveOut))
        case .view: views.append(step(.madeView, .leaveOut))
        case .foreignKey: addsForeignKeys = true
        }
    }

    mutating func add(
        _ key: ForeignKey, of table: String, unvalidated: String, _ target: any TransferTarget
    ) {
        let name = key.name ?? key.columns.joined(separator: "_")
        foreignKeys.append(
            BuildStep(kind: .foreignKey, table: table, name: name, statement: unvalidated, refusal: .leaveOut))
        validations[table, default: []].append(
            BuildStep(
                kind: .validation, table: table, name: name, statement: target.validate(name, of: table),
                refusal: .listOrphans(key)))
    }

    var stages: [[BuildPlan.Unit]] {
        [
            byTable(keys), heaviestFirst(indexes.map { [$0] }), byTable(checks),
            // Each locks two tables: one after the other, so that no two wait for each other. They take no time.
            [foreignKeys], byTable(validations), [views],
        ]
        .map { $0.filter { !$0.isEmpty } }.filter { !$0.isEmpty }
    }

    private func byTable(_ steps: [String: [BuildStep]]) -> [BuildPlan.Unit] {
        heaviestFirst(steps.sorted { $0.key < $1.key }.map(\.value))
    }

    private func heaviestFirst(_ units: [BuildPlan.Unit]) -> [BuildPlan.Unit] {
        units.sorted { weight($0) > weight($1) }
    }

    private func weight(_ unit: BuildPlan.Unit) -> Int { weights[unit.first?.table ?? ""] ?? 0 }
}
