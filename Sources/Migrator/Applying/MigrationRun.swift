import Dialects

/// One `up` or `down` on one connection.
struct MigrationRun {
    /// Everybody who migrates the same schema asks for this lock.
    static let lock = AdvisoryLock("tc_migrations")

    let history: History
    let options: Migrator.Options
    let connection: any Connection
    let onEvent: (MigrationEvent) -> Void

    private var ledger: Ledger { Ledger(connection: connection) }

    func up(to target: String?) throws -> MigrationReport {
        if let target { _ = try history.index(of: target) }
        do { return try run { applied in try history.planUp(applied: applied, to: target) } } catch {
            // Who waited for another's lock leaves what that one makes.
            if (error as? DatabaseError)?.kind != .locked { connection.discardIfNew() }
            throw error
        }
    }

    func down(_ target: DownTarget) throws -> MigrationReport {
        // "One step" means one from where it began, although each step is planned anew.
        var goal: Int?
        return try run { applied in
            let remaining = try goal ?? history.remaining(of: applied, after: target)
            goal = remaining
            return try history.planDown(applied: applied, leaving: remaining)
        }
    }

    private func run(_ plan: (Int) throws -> Plan) throws -> MigrationReport {
        guard !connection.isInTransaction else { throw MigratorError.inTransaction }
        try connection.requireSchema()
        // Nothing is locked or done for what is refused anyway, be it the last of many.
        for step in try plan(try history.requireUsable(try ledger.usableEntries())).steps {
            _ = try step.lowering(in: connection.dialect)
        }
        return try connection.withLock(MigrationRun.lock, waiting: options.lockTimeout) {
            var steps: [MigrationReport.Step] = []
            while true {
                let entries = try ledger.entries()
                guard let step = try plan(try history.requireUsable(entries)).steps.first else { break }
                let run = StepRun(step: step, migration: history.migrations[try history.index(of: step.id)], in: self)
                let milliseconds: Int64?
                do { milliseconds = try run.apply(on: entries, after: steps.map(\.id)) } catch let error
                    as MigratorError
                {
                    throw steps.isEmpty ? error : MigratorError.stopped(after: steps.map(\.id), error)
                }
                guard let milliseconds else { continue }
                steps.append(.init(id: step.id, direction: step.direction, milliseconds: milliseconds))
            }
            return MigrationReport(steps: steps)
        }
    }
}
