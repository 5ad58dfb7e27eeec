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

    /// Inspects a database that these migrations made. If a script can't run in a scratch place, for instance because it names
    /// the real one, the result is what the migrations declare without any script. Throws `DatabaseError`.
    func inspect(beside connection: any Connection) throws -> Inspection {
        let operations = try history.plan(again: applied).steps.flatMap(\.operations)
        do {
            return try connection.dialect.withScratch(beside: connection) { scratch in
                for planned in operations { try repeatable { try perform(planned, on: scratch) } }
                return try scratch.dialect.inspect(scratch)
            }
        } catch is Unrepeatable {
            return try connection.dialect.inspectScratch(history.schema(of: applied), beside: connection)
        }
    }

    /// Marks a statement that the scratch place refuses. Every other error is passed on as it is, for instance that there is no
    /// scratch place.
    private struct Unrepeatable: Error {}

    private func repeatable(_ body: () throws -> Void) throws {
        do { try body() } catch let error as DatabaseError where error.isRefusal {
            throw Unrepeatable()
        } catch is LoweringError {
            // An earlier version of this program has run an operation that this version refuses.
            throw Unrepeatable()
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
                for statement in lowering.statements { try scratch.executeScript(statement) }
            }
        }
    }
}

extension ScratchRun {
    private func empty(_ schema: Schema, on scratch: any Connection) throws {
        try scratch.withForeignKeysUnenforced {
            for table in schema.tablesInForeignKeyOrder.reversed() {
                try scratch.execute("DELETE FROM \(identifier: table.name)")
            }
        }
    }
}

extension DatabaseError {
    /// Whether the database refused the statement itself, and would refuse it again.
    fileprivate var isRefusal: Bool {
        switch kind {
        case .locked, .lost, .diskFull, .interrupted, .corrupt, .unreachable, .authentication, .notADatabase,
            .invalidURL, .pooled, .changedMeanwhile:
            false
        case .unique, .foreignKey, .notNull, .check, .permission, .raised, .transactionEnded, .exists, .syntax, .other:
            true
        }
    }
}
