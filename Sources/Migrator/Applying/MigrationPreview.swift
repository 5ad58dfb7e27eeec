import Dialects

/// A preview of a run of migrations: what it would do to the schema, and to the rows that exist at present.
public struct MigrationPreview: Sendable, Equatable {
    /// One migration, and the SQL that would run.
    public struct Step: Sendable, Equatable {
        /// The migration's id.
        public var id: String
        /// Whether it would be applied or undone.
        public var direction: Plan.Direction
        /// The statements that would run, in order, without the ledger's own. A data step is represented by a statement that
        /// fails and says that a data step belongs there.
        public var statements: [String]
        /// The names of the data steps that would run. A preview runs none of them.
        public var dataSteps: [String]
        /// Whether the statements would run one by one, outside of a transaction.
        public var isOnline: Bool
    }

    /// A migration that would be recorded in place of others, with nothing run (``Migration/replacing(_:)``).
    public struct Recording: Sendable, Equatable {
        /// The migration's id.
        public var id: String
        /// The ids of those others, in the order in which they were applied.
        public var replaced: [String]
    }

    /// A lock that makes others wait while the migration reads or writes a whole table.
    public struct Blocking: Sendable, Equatable {
        /// The migration's id.
        public var id: String
        /// The table, who has to wait, and the work that goes on meanwhile.
        public var lock: LongLock
        /// The size of the table's rows in bytes.
        public var bytes: Int64
    }

    /// The migrations, in the order in which they would run.
    public var steps: [Step]
    /// The hazards that can be measured in advance: those of tables and columns that exist already.
    public var hazards: [MeasuredHazard]
    /// The refusals because of undeclared objects, as far as the operations' tables and views exist already.
    public var refusals: [LoweringError] = []
    /// The locks that others would wait for, on tables that exist already and whose size the database tells.
    public var blocking: [Blocking] = []
    /// What would be recorded before anything ran; `nil` where the history's first migration replaces nothing that is applied.
    public var recording: Recording?

    init(of plan: Plan, from history: History, on connection: any Connection) throws {
        let replaced = try SquashRun(of: history, on: connection)?.preview().replaced ?? []
        recording = replaced.isEmpty ? nil : Recording(id: history.migrations[0].id, replaced: replaced)
        let lowered = try plan.steps.map { try $0.lowered(in: connection.dialect) }
        steps = zip(plan.steps, lowered).map { Step($0, $1) }
        hazards = []
        guard let start = plan.steps.first(where: { !$0.operations.isEmpty })?.operations.first?.resolved.before else {
            return
        }
        try measure(Array(lowered.joined()), from: start, on: connection)
        let partitioned = try examineObjects(Array(zip(plan.steps, lowered)), from: start, of: history, on: connection)
        let refused = hazards.map(\.hazard)
        blocking = try Self.blocking(plan, lowered, refused, from: start, on: connection).map { blocking in
            var blocking = blocking
            if partitioned.contains(blocking.lock.table) { blocking.lock.isAvoidable = false }
            return blocking
        }
    }

    /// Measures the hazards of tables and columns that exist in `start`.
    private mutating func measure(
        _ operations: [LoweredOperation], from start: Schema, on connection: any Connection
    ) throws {
        let meter = HazardMeter(connection: connection)
        var removals = ScriptedRemovals()
        for operation in operations {
            removals.insert(operation)
            var found: [MeasuredHazard] = []
            for hazard in operation.hazards where hazard.isMeasurable(in: start) {
                do {
                    found += try meter.measure([hazard], after: found).map { measured in
                        var measured = measured
                        measured.mayBeGone = removals.mayConcern(hazard.table, in: start)
                        return measured
                    }
                } catch let error as LoweringError { refusals.append(error) }
            }
            hazards += found
        }
    }

    /// Finds what undeclared objects around the tables and views of `start` would be lost, or make an operation impossible. Returns the
    /// tables that are partitioned.
    private mutating func examineObjects(
        _ steps: [(Plan.Step, [LoweredOperation])], from start: Schema, of history: History,
        on connection: any Connection
    ) throws -> Set<String> {
        var forecast = UndeclaredForecast(from: start, of: history, on: connection)
        for (step, operations) in steps {
            for (place, operation) in operations.enumerated() {
                let found = try forecast.next(operation, at: place, of: step)
                refusals += found.refusals
                hazards += found.lost
            }
        }
        return forecast.partitioned
    }

    private static func blocking(
        _ plan: Plan, _ lowered: [[LoweredOperation]], _ refused: [Hazard], from start: Schema,
        on connection: any Connection
    ) throws -> [Blocking] {
        var sizes: [String: Int64?] = [:]
        var result: [Blocking] = []
        for (step, operations) in zip(plan.steps, lowered) where !step.isOnline {
            for lock in operations.flatMap({ $0.longLocks(in: connection.dialect, butFor: refused) }) {
                guard start[lock.table] != nil else { continue }
                let size = try sizes[lock.table] ?? connection.tableSize(lock.table)
                sizes[lock.table] = size
                if let size { result.append(Blocking(id: step.id, lock: lock, bytes: size)) }
            }
        }
        return result
    }

    /// Creates the preview for a database that does not exist yet: all migrations are pending, and there are no rows.
    ///
    /// - Throws: ``MigratorError`` if a migration is unknown, or impossible on this database.
    public init(ofNew history: History, upTo target: String?, in dialect: any Dialect) throws {
        steps = try history.planUp(to: target).steps.map { step in
            Step(step, try step.lowered(in: dialect))
        }
        hazards = []
    }
}

extension LoweredOperation {
    /// Returns the locks that the operation keeps while it reads or rewrites a whole table, and those under which values are counted before.
    /// Where there are any (`refused`), or where their loss is consented to, they are not counted under a lock.
    fileprivate func longLocks(in dialect: any Dialect, butFor refused: [Hazard]) -> [LongLock] {
        var locks = dialect.longLocks(of: planned.resolved)
        for hazard in hazards where hazard.isSilent && !refused.contains(hazard) {
            guard let column = hazard.column, dialect.tableLock(on: [hazard.table]) != nil,
                !locks.contains(where: { $0.table == hazard.table && $0.waiting == .everybody })
            else { continue }
            let meanwhile = "values of \(column) are counted"
            locks.append(LongLock(table: hazard.table, waiting: .everybody, meanwhile: meanwhile, isAvoidable: false))
        }
        return locks
    }
}

extension MigrationPreview.Step {
    fileprivate init(_ step: Plan.Step, _ operations: [LoweredOperation]) {
        self.init(
            id: step.id, direction: step.direction, statements: operations.lowering.statements,
            dataSteps: step.dataSteps, isOnline: operations.isOnline)
    }
}
