import Dialects

/// What is to be done, in order: whole migrations, up or down.
public struct Plan: Sendable, Equatable {
    public enum Direction: String, Sendable { case up, down }

    public struct Step: Sendable, Equatable {
        public var id: String
        public var direction: Direction
        /// Each operation between the schemas that it lies between.
        public var operations: [PlannedOperation]
    }

    public struct PlannedOperation: Sendable, Equatable {
        public var operation: Operation
        public var before: Schema
        public var after: Schema
        /// What this is the way back of, if it is one.
        public var undoes: Operation?
    }

    public var steps: [Step]
}

/// Where `down` is to stop.
public enum DownTarget: Sendable, Equatable {
    case steps(Int)
    /// This migration stays applied.
    case to(String)
    /// Nothing stays applied.
    case none
}

extension History {
    /// The migrations after the first `applied` ones, up to and with `target`. Throws `MigratorError.unknownID`.
    public func planUp(applied: Int = 0, to target: String? = nil) throws -> Plan {
        let end = try target.map { try index(of: $0) + 1 } ?? migrations.count
        guard end > applied else { return Plan(steps: []) }
        return Plan(steps: try (applied..<end).map { try step($0, .up) })
    }

    /// The last of the `applied` first migrations, undone in reverse. Throws `MigratorError`, of kind `irreversible` when one
    /// of them says that it can't be undone.
    public func planDown(applied: Int, _ target: DownTarget) throws -> Plan {
        try planDown(applied: applied, leaving: try remaining(of: applied, after: target))
    }

    func planDown(applied: Int, leaving remaining: Int) throws -> Plan {
        guard remaining < applied else { return Plan(steps: []) }
        return Plan(steps: try (remaining..<applied).reversed().map { try step($0, .down) })
    }

    /// How many of the `applied` first migrations stay.
    func remaining(of applied: Int, after target: DownTarget) throws -> Int {
        switch target {
        case .steps(let count): return max(0, applied - count)
        case .none: return 0
        case .to(let id):
            let remaining = try index(of: id) + 1
            guard remaining <= applied else { throw MigratorError.notApplied(id) }
            return remaining
        }
    }

    func index(of id: String) throws -> Int {
        guard let at = position(of: id) else { throw MigratorError.unknownID(id, known: migrations.map(\.id)) }
        return at
    }

    private func step(_ at: Int, _ direction: Plan.Direction) throws -> Plan.Step {
        let migration = migrations[at]
        let schemas = try states[at].states(through: migration.operations)
        let operations = migration.operations.map(\.inOneForm)
        var planned = zip(operations, zip(schemas, schemas.dropFirst())).map { operation, sides in
            Plan.PlannedOperation(operation: operation, before: sides.0, after: sides.1)
        }
        if direction == .down {
            planned = try planned.reversed().map { step in
                do throws(SchemaError) {
                    let inverse = try step.operation.inverse(in: step.before)
                    return Plan.PlannedOperation(
                        operation: inverse, before: step.after, after: step.before, undoes: step.operation)
                } catch {
                    throw MigratorError.irreversible(migration.id, because: error.description)
                }
            }
        }
        return Plan.Step(id: migration.id, direction: direction, operations: planned)
    }
}

extension Plan.Step {
    /// The step's SQL for a database that holds what is declared and nothing else.
    public func lowering(in dialect: any Dialect) throws -> Lowering {
        var lowering = Lowering()
        for planned in operations {
            do throws(LoweringError) {
                let next = try dialect.lower(planned.operation, from: planned.before, to: planned.after, keeping: .none)
                lowering = lowering + next
                // A check that does not go with a new type is found here as well, and not in the middle.
                _ = try planned.hazards(in: dialect)
            } catch {
                throw MigratorError.cannotLower(id, dialect: dialect.name, error)
            }
        }
        return lowering
    }
}

extension Plan.Step {
    /// The step as a part of a script, its ledger row included. The first migration makes the ledger, too.
    public func scriptStep(in dialect: any Dialect, _ history: History, version: String) throws -> ScriptStep {
        var lowering = try lowering(in: dialect)
        let at = try history.index(of: id)
        switch direction {
        case .up:
            if at == 0 {
                let ledger = Schema(tables: [Ledger.table])
                lowering =
                    try dialect.lower(.createTable(Ledger.table), from: Schema(), to: ledger, keeping: .none) + lowering
            }
            lowering.statements.append(try Ledger.recordStatement(history.migrations[at], version: version))
        case .down: lowering.statements.append(Ledger.removeStatement(id))
        }
        return ScriptStep(title: "\(direction.rawValue) \(id)", lowering: lowering)
    }
}

extension History {
    /// How many migrations are applied once `id` is; none for `nil` and "none". Throws `MigratorError.unknownID`.
    public func count(upTo id: String?) throws -> Int {
        guard let id, id != "none" else { return 0 }
        return try index(of: id) + 1
    }
}
