import Dialects

/// Asks for a table without standing in other programs' way. Whoever asks for a table that an `ALTER TABLE` waits for has to wait
/// behind it (PostgreSQL's manual, 13.3.1): so each attempt waits shortly, is rolled back, and is made again until the connection's
/// `lockTimeout` is over.
struct GivingWay {
    /// Seconds that others wait behind an attempt, at most.
    private static let longestWait = 1.0
    /// Seconds between two attempts, at most.
    private static let longestPause = 1.0

    /// The migration's id, for events.
    let id: String
    /// The tables that it needs.
    let tables: Set<String>
    let run: MigrationRun

    /// `isQuick`: an attempt does nothing that is long before it has to wait, so that it may as well begin again. `attempt` is given how
    /// long its statements may wait, in seconds.
    func apply<T>(isQuick: Bool = true, _ attempt: (Double) throws -> T) throws -> T {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(run.connection.lockTimeout)
        var pause = 0.1
        var announced: [Int64]?
        while true {
            let left = Double((deadline - clock.now).milliseconds) / 1_000
            do { return try attempt(isQuick ? min(left, Self.longestWait) : left) } catch let error
                where Self.isLocked(error)
            {
                let holders = (try? run.connection.lockHolders(of: tables)) ?? []
                guard isQuick, clock.now + .seconds(pause) < deadline else { throw Self.naming(holders, in: error) }
                if announced != holders.map(\.process) { run.onEvent(.gaveWay(id, to: holders)) }
                announced = holders.map(\.process)
                run.connection.rest(for: pause * .random(in: 0.8...1.2))
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// A statement of the migration, or a question about the rows before it, has waited in vain, and all is rolled back.
    private static func isLocked(_ error: any Error) -> Bool {
        switch error {
        case let failure as MigrationFailure: failure.cause.kind == .locked && failure.ending == .rolledBack
        case let error as DatabaseError: error.kind == .locked
        default: false
        }
    }

    /// The same error, with those who hold what was waited for.
    static func naming(_ holders: [LockHolder], in error: any Error) -> any Error {
        guard let first = holders.first else { return error }
        let names = holders.map(\.description).joined(separator: "; ")
        let remedy = "\(names): try again when it is done, or end it with SELECT pg_terminate_backend(\(first.process))"
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
    /// The tables that it writes, and those that its foreign keys refer to: they are held, too.
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
