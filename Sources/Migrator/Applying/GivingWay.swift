import Dialects

/// Waits for table locks without blocking other programs for long. While an `ALTER TABLE` waits for a table, every later request
/// for that table waits behind it (PostgreSQL's manual, 13.3.1). So each attempt waits only briefly; then it is rolled back and
/// repeated, until the connection's `lockTimeout` is over.
struct GivingWay {
    /// The longest time that others wait behind one attempt, in seconds.
    private static let longestWait = 1.0
    /// The longest pause between two attempts, in seconds.
    private static let longestPause = 1.0

    /// The migration's id, which the events name.
    let id: String
    /// The tables that the migration needs.
    let tables: Set<String>
    let run: MigrationRun

    /// Runs `attempt`, and repeats it while a lock keeps it from its tables. `attempt` receives the longest time that its
    /// statements may wait, in seconds.
    ///
    /// - Parameter isQuick: Whether an attempt does only short work before it may have to wait, so that it can begin again at
    ///   little cost. If not, there is one attempt, and it waits until the deadline.
    func apply<T>(isQuick: Bool = true, _ attempt: (Double) throws -> T) throws -> T {
        let clock = ContinuousClock()
        let deadline = clock.now + .wait(seconds: run.connection.lockTimeout)
        var pause = 0.1
        var announced: [Int64]?
        while true {
            let left = Double((deadline - clock.now).milliseconds) / 1_000
            do { return try attempt(isQuick ? min(left, Self.longestWait) : left) } catch let error
                where Self.isLocked(error)
            {
                let holders = try holders()
                guard isQuick, clock.now + .seconds(pause) < deadline else { throw Self.naming(holders, in: error) }
                if announced != holders.map(\.process) { run.onEvent(.gaveWay(id, to: holders)) }
                announced = holders.map(\.process)
                run.connection.rest(for: pause * .random(in: 0.8...1.2))
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// Returns the sessions that hold the lock; none where they can't be told. An interrupt that arrives meanwhile ends the run.
    private func holders() throws(DatabaseError) -> [LockHolder] {
        do { return try run.connection.lockHolders(of: tables) } catch {
            guard error.kind != .interrupted else { throw error }
            return []
        }
    }

    /// Whether the error means that a statement of the migration, or a query about the rows before it, waited for a lock in
    /// vain. Everything is rolled back then.
    private static func isLocked(_ error: any Error) -> Bool {
        switch error {
        case let failure as MigrationFailure: failure.cause.kind == .locked && failure.ending == .rolledBack
        case let error as DatabaseError: error.kind == .locked
        default: false
        }
    }

    /// Returns the same error with a remedy that names the sessions which hold the lock.
    static func naming(_ holders: [LockHolder], in error: any Error) -> any Error {
        guard let first = holders.first else { return error }
        let names = holders.map(\.description).joined(separator: "; ")
        let way =
            first.preparedTransaction == nil
            ? "try again when that process is done, or end it with"
            : "nothing ends it but COMMIT PREPARED or"
        let remedy = "\(names): \(way) \(first.termination)"
        switch error {
        case var failure as MigrationFailure:
            failure.cause.remedy = remedy
            return failure
        case var error as DatabaseError:
            error.remedy = remedy
            return error
        default: return error
        }
    }
}

extension Plan.Step {
    /// The tables that the step writes, and the tables that their foreign keys refer to, because those are locked too.
    var neededTables: Set<String> {
        var names = writtenTables ?? []
        for planned in operations {
            switch planned.resolved.action {
            case .createTable(let table), .dropTable(let table): names.formUnion(table.foreignKeys.map(\.parent))
            case .alterTable(let alteration):
                for table in alteration.changedTables {
                    names.formUnion((table.before.foreignKeys + table.after.foreignKeys).map(\.parent))
                }
            case .renameTable, .createView, .dropView, .run, .runSwift: break
            }
        }
        return names
    }
}
