import Dialects

/// The first migrations of a history, run once more in a scratch place: so that what their scripts make by hand (triggers,
/// functions) is known like everything else.
struct ScratchRun {
    let history: History
    let applied: Int

    /// What a database holds that was made so. Where a script can't run in a scratch place, because it names the real one, that
    /// is what the migrations declare without any script. Throws `DatabaseError`.
    func inspect(beside connection: any Connection) throws -> Inspection {
        let operations = try history.planUp().steps.prefix(applied).flatMap(\.operations)
        do {
            return try connection.dialect.withScratch(beside: connection) { scratch in
                for planned in operations { try perform(planned, on: scratch) }
                return try scratch.dialect.inspect(scratch)
            }
        } catch is DatabaseError {
            return try fallBack(beside: connection)
        } catch is LoweringError {
            // An earlier version of this program has run what none would run today.
            return try fallBack(beside: connection)
        }
    }

    private func fallBack(beside connection: any Connection) throws -> Inspection {
        try connection.dialect.inspectScratch(history.states[applied], beside: connection)
    }

    private func perform(_ planned: Plan.PlannedOperation, on scratch: any Connection) throws {
        let surroundings = try planned.surroundings(on: scratch)
        let lowering = try scratch.dialect.lower(
            planned.operation, from: planned.before, to: planned.after, keeping: surroundings)
        try scratch.withForeignKeysUnenforced {
            try planned.run(on: scratch) {
                for statement in lowering.statements { try scratch.executeScript(statement) }
            }
        }
    }
}
