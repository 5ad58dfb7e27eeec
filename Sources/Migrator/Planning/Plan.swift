import Dialects

/// Whole migrations to apply or undo, in order.
public struct Plan: Sendable, Equatable {
    /// Whether migrations are applied or undone.
    public enum Direction: String, Sendable {
        /// Applies a migration.
        case up
        /// Undoes a migration.
        case down
    }

    /// One migration, applied or undone.
    public struct Step: Sendable, Equatable {
        /// The migration's id.
        public var id: String
        /// Whether the migration is applied or undone.
        public var direction: Direction
        /// The operations, each between the schemas before and after it.
        public var operations: [PlannedOperation]
        /// Whether the migration is to be applied, or undone, beside those who read and write its tables.
        public var isOnline = false

        /// The names of the step's data steps, which are Swift and have no SQL.
        public var dataSteps: [String] {
            operations.compactMap { planned in
                if case .runSwift(let data) = planned.resolved.action { data.name } else { nil }
            }
        }
    }

    /// One operation of a step.
    public struct PlannedOperation: Sendable, Equatable {
        /// The operation between the schemas before and after it.
        public var resolved: ResolvedOperation
        /// The alteration that this operation undoes; `nil` if it undoes none.
        public var undoes: TableAlteration?
    }

    /// The migrations, in the order in which they run.
    public var steps: [Step]
}

/// The migration at which `down` stops.
public enum DownTarget: Sendable, Equatable {
    /// This number of migrations is undone, the last applied first.
    case steps(Int)
    /// This migration stays applied, and so do those that were applied before it.
    case to(String)
    /// Nothing stays applied.
    case none
}

extension History {
    /// Plans the migrations after the first `applied` ones, up to and including `target`.
    ///
    /// - Throws: `MigratorError.unknownID`.
    public func planUp(applied: Int = 0, to target: String? = nil) throws -> Plan {
        try planUp(AppliedOrder(first: applied), to: target, allowsOutOfOrder: false)
    }

    /// Plans the migrations that `applied` lacks, up to and including `target`, in the order of the history. A migration that was
    /// merged late follows the applied ones. Throws `MigratorError` if that is not allowed or would make a difference.
    func planUp(_ applied: AppliedOrder, to target: String?, allowsOutOfOrder: Bool) throws -> Plan {
        let end = try target.map { try index(of: $0) + 1 } ?? migrations.count
        let places = pending(after: applied).prefix { $0 < end }
        guard !places.isEmpty else { return Plan(steps: []) }
        if let late = LateMigrations(of: self, applied) {
            guard allowsOutOfOrder else { throw late.refusal }
            try late.requireNoDifference()
        }
        return try plan(places, after: applied.declared)
    }

    /// Plans the applied migrations once more, from an empty schema.
    func plan(again applied: AppliedOrder) throws -> Plan {
        try LateMigrations.naming(gapsOf: self, applied) { try plan(applied.places, after: AppliedOrder(first: 0)) }
    }

    private func plan(_ places: some Sequence<Int>, after applied: AppliedOrder) throws -> Plan {
        let steps = try resolved(places, after: schema(of: applied)).map { at, operations in
            Plan.Step(
                id: migrations[at].id, direction: .up,
                operations: operations.map { Plan.PlannedOperation(resolved: $0) }, isOnline: migrations[at].isOnline)
        }
        return Plan(steps: steps)
    }

    /// Plans to undo the last of the first `applied` migrations, in reverse.
    ///
    /// - Throws: ``MigratorError``: `irreversible` if one of them declares that it can't be undone.
    public func planDown(applied: Int, _ target: DownTarget) throws -> Plan {
        let applied = AppliedOrder(first: applied)
        return try planDown(applied, leaving: try remaining(of: applied, after: target))
    }

    /// Plans to undo all but the first `remaining` of the applied migrations, the last applied first.
    func planDown(_ applied: AppliedOrder, leaving remaining: Int) throws -> Plan {
        guard remaining < applied.count else { return Plan(steps: []) }
        let undone = try LateMigrations.naming(gapsOf: self, applied) {
            try resolved(applied.places[remaining...], after: schema(of: applied.prefix(remaining)))
        }
        let steps = try undone.reversed().map { at, operations in
            do throws(SchemaError) {
                var undone: [Plan.PlannedOperation] = []
                for operation in operations.reversed() { undone.append(try Plan.PlannedOperation(undoing: operation)) }
                return Plan.Step(
                    id: migrations[at].id, direction: .down, operations: undone, isOnline: migrations[at].isOnline)
            } catch {
                throw MigratorError.irreversible(migrations[at].id, because: error.description)
            }
        }
        return Plan(steps: steps)
    }

    /// Returns the number of applied migrations that stay: those up to the target, in the order of application.
    func remaining(of applied: AppliedOrder, after target: DownTarget) throws -> Int {
        switch target {
        case .steps(let count): return max(0, applied.count - count)
        case .none: return 0
        case .to(let id):
            let place = try index(of: id)
            guard let at = applied.places.firstIndex(of: place) else { throw MigratorError.notApplied(id) }
            return at + 1
        }
    }

    /// Returns a migration's place in the order, counted from 0.
    ///
    /// - Throws: `MigratorError.unknownID` if no migration has this id.
    public func index(of id: String) throws -> Int {
        guard let at = position(of: id) else { throw MigratorError.unknownID(id, known: migrations.map(\.id)) }
        return at
    }
}

extension Plan.PlannedOperation {
    fileprivate init(undoing operation: ResolvedOperation) throws(SchemaError) {
        resolved = try operation.undone()
        if case .alterTable(let alteration) = operation.action { undoes = alteration }
    }
}

/// A planned operation lowered for a dialect, for a database that holds nothing undeclared.
struct LoweredOperation {
    let planned: Plan.PlannedOperation
    let lowering: Lowering
    let hazards: [Hazard]
    /// The statements of `lowering` one by one, if they run outside of a transaction; `nil` if they run in one.
    var online: [OnlineStep]?
}

extension Plan.Step {
    /// Returns the step's SQL for a database without undeclared objects. A data step is represented by a statement that fails and
    /// says that a data step belongs there.
    ///
    /// - Throws: `MigratorError.cannotLower`.
    public func lowering(in dialect: any Dialect) throws -> Lowering { try lowered(in: dialect).lowering }

    /// Returns each operation with its SQL and hazards. So a check that does not fit a new type is found here, and not in the
    /// middle of the migration.
    func lowered(in dialect: any Dialect) throws -> [LoweredOperation] {
        try operations.map { planned in
            do throws(LoweringError) {
                let online = isOnline ? try dialect.online(planned.resolved, keeping: .none) : nil
                var lowering = Lowering(online?.map(\.statement) ?? [])
                if online == nil { lowering = try dialect.lower(planned.resolved, keeping: .none) }
                return LoweredOperation(
                    planned: planned, lowering: lowering, hazards: try planned.hazards(in: dialect), online: online)
            } catch {
                throw MigratorError.cannotLower(
                    id, dialect: dialect.name, direction == .down ? error.undoing : error)
            }
        }
    }
}

extension [LoweredOperation] {
    /// Whether the statements run one by one, outside of a transaction.
    var isOnline: Bool { contains { $0.online != nil } }

    /// All statements in order.
    var lowering: Lowering {
        Lowering(flatMap(\.lowering.statements), rebuildsTable: contains(where: \.lowering.rebuildsTable))
    }
}

extension Plan {
    /// Returns all steps as parts of a script, as `Step.scriptStep` does for one. The scripts of the history are read once for all.
    ///
    /// - Throws: `MigratorError.cannotLower`, and `MigratorError.unknownID` for steps of another history.
    public func scriptSteps(in dialect: any Dialect, _ history: History, version: String) throws -> [ScriptStep] {
        let scripts = ScriptedObjects(of: history, in: dialect)
        return try steps.map { try $0.scriptStep(in: dialect, history, beside: scripts, version: version) }
    }
}

extension Plan.Step {
    /// Returns the step as a part of a script, together with its ledger row. The first migration's part also creates the ledger.
    /// The script stops where a data step belongs, or where it would lose what an earlier script of the history made, before
    /// anything of that migration is done.
    ///
    /// - Throws: `MigratorError.cannotLower`, and `MigratorError.unknownID` for a step of another history.
    public func scriptStep(in dialect: any Dialect, _ history: History, version: String) throws -> ScriptStep {
        try scriptStep(
            in: dialect, history, beside: ScriptedObjects(of: history, in: dialect), version: version)
    }

    fileprivate func scriptStep(
        in dialect: any Dialect, _ history: History, beside scripts: ScriptedObjects, version: String
    ) throws -> ScriptStep {
        let operations = try lowered(in: dialect)
        let alone = operations.isOnline ? operations.lowering.statements : []
        var lowering = alone.isEmpty ? operations.lowering : Lowering()
        let at = try history.index(of: id)
        switch direction {
        case .up:
            if at == 0 {
                lowering = try Ledger.creation(in: dialect) + lowering
            }
            lowering.statements.append(Ledger.recordStatement(history.migrations[at], version: version))
        case .down: lowering.statements.append(Ledger.removeStatement(id))
        }
        let obstacle = losses(operations, at: at, among: scripts)
        if let obstacle {
            let advice = "run this migration with the program, which keeps what is there"
            lowering.statements.insert(dialect.stop(saying: "\(obstacle): \(advice)"), at: 0)
        }
        return ScriptStep(
            title: "\(direction.rawValue) \(id)" + (alone.isEmpty ? "" : ", online: outside of a transaction"),
            alone: alone, lowering: lowering, obstacle: obstacle)
    }
}

extension History {
    /// Returns the number of migrations up to and including `id`; 0 for `nil` and for "none".
    ///
    /// - Throws: `MigratorError.unknownID`.
    public func count(upTo id: String?) throws -> Int {
        guard let id, id != "none" else { return 0 }
        return try index(of: id) + 1
    }
}
