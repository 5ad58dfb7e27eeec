import Dialects

/// Runs migrations of a history again in a scratch place, so that the objects which their scripts make by hand (triggers,
/// functions) are known like everything else.
struct ScratchRun {
    let history: History
    let applied: AppliedOrder

    init(history: History, applied: AppliedOrder) {
        self.history = history
        self.applied = applied.declared
    }

    /// Inspects a database that these migrations made. Throws `DatabaseError`, for instance where there is no scratch place.
    func inspect(beside connection: any Connection) throws -> MadeSchema {
        let steps = try history.plan(again: applied).steps
        do {
            let inspection = try connection.dialect.withScratch(beside: connection) { scratch in
                for step in steps { try repeatable(step) { try perform($0, on: scratch) } }
                return try scratch.dialect.inspect(scratch)
            }
            return MadeSchema(inspection: inspection)
        } catch let unrepeated as UnrepeatedMigration {
            let declared = try connection.dialect.inspectScratch(history.schema(of: applied), beside: connection)
            return MadeSchema(inspection: declared, unrepeated: unrepeated)
        }
    }

    /// Turns the refusal of a statement into `UnrepeatedMigration`. Every other error is passed on as it is, for instance that a
    /// connection is lost.
    private func repeatable(_ step: Plan.Step, _ body: (Plan.PlannedOperation) throws -> Void) throws {
        do { for operation in step.operations { try body(operation) } } catch let error as DatabaseError
            where error.isRefusal
        {
            throw UnrepeatedMigration(id: step.id, reason: error.message)
        } catch let error as LoweringError {
            // An earlier version of this program has run an operation that this version refuses.
            throw UnrepeatedMigration(id: step.id, reason: "\(error)")
        }
    }

    private func perform(_ planned: Plan.PlannedOperation, on scratch: any Connection) throws {
        // A data step is not run again, so the rows that scripts have written are no longer those on which the history went on: a column
        // that the step has filled would be empty when it becomes required. No row is right for every later step.
        if case .runSwift = planned.resolved.action { return try empty(planned.resolved.before, on: scratch) }
        let undeclared = try planned.undeclaredObjects(of: planned.resolved.before, on: scratch)
        let lowering = try scratch.dialect.lower(planned.resolved, keeping: undeclared)
        try scratch.withForeignKeysUnenforced {
            try planned.run(on: scratch) {
                if case .run = planned.resolved.action {
                    return try scratch.dialect.runScript(lowering.statements, inScratch: scratch)
                }
                for statement in lowering.statements { try scratch.executeScript(statement) }
            }
        }
    }
}

/// What a history's migrations make in a scratch place.
struct MadeSchema {
    /// What is there afterwards; where a migration could not run again, what all of them declare, without any script.
    var inspection: Inspection
    /// The migration that could not run again.
    var unrepeated: UnrepeatedMigration?

    /// Returns where `live` is something else. Where scripts could not run again, `live` may hold what they made, so what nobody
    /// declares is no difference then.
    func differences(of live: Inspection) -> [SchemaDifference] {
        DriftReport(differences: live.differences(from: inspection), unrepeated: unrepeated).certainDifferences
    }
}

/// A migration that an empty scratch place refuses, so that nobody knows what the scripts of its history make: for instance one whose
/// script needs rows, or names the real schema.
public struct UnrepeatedMigration: Error, Sendable, Equatable, CustomStringConvertible {
    /// The migration's id.
    public var id: String
    /// The engine's message.
    public var reason: String

    /// A sentence of what was not compared, and why.
    public var description: String {
        "what scripts make was not compared: \(id) can't be run again in an empty scratch place (\(reason))"
    }
}

extension ScratchRun {
    /// Deletes all rows. The deletions fire triggers that scripts have made, so they run as a script does, and only where there are rows.
    private func empty(_ schema: Schema, on scratch: any Connection) throws {
        let filled = try schema.tablesInForeignKeyOrder.reversed().map(\.name).filter { name in
            try scratch.queryValue("SELECT EXISTS (SELECT 1 FROM \(identifier: name))")?.boolean ?? true
        }
        guard !filled.isEmpty else { return }
        let deletions = filled.map { "DELETE FROM \(SQLText.identifier($0))" }
        try scratch.withForeignKeysUnenforced {
            try scratch.keepingSettings { try scratch.dialect.runScript(deletions, inScratch: scratch) }
        }
    }
}

extension DatabaseError {
    /// Whether the database refused the statement itself, and would refuse it again.
    fileprivate var isRefusal: Bool {
        switch kind {
        case .locked, .lost, .diskFull, .resources, .interrupted, .corrupt, .unreachable, .authentication,
            .notADatabase,
            .invalidURL, .pooled, .changedMeanwhile:
            false
        case .unique, .foreignKey, .notNull, .check, .permission, .raised, .transactionEnded, .exists, .syntax, .other:
            true
        }
    }
}
