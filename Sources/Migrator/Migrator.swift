import Dialects

/// Brings a database to where a history wants it. A program calls `Migrator(history: …, database: …).up()` at its start.
public struct Migrator: Sendable {
    public struct Options: Sendable {
        /// Values and rows may go away.
        public var allowsDataLoss: Bool
        /// Who is recorded in the ledger: `alex@host`.
        public var appliedBy: String
        /// The program's version, recorded in the ledger.
        public var version: String
        /// How long to wait for another migrator, in seconds.
        public var lockTimeout: Double

        public init(
            allowsDataLoss: Bool = false, appliedBy: String = "", version: String = "", lockTimeout: Double = 60
        ) {
            self.allowsDataLoss = allowsDataLoss
            self.appliedBy = appliedBy
            self.version = version
            self.lockTimeout = lockTimeout
        }
    }

    public let history: History
    public let database: Database
    public let options: Options

    public init(history: History, database: Database, options: Options = Options()) {
        self.history = history
        self.database = database
        self.options = options
    }

    /// Applies every pending migration, or those up to `target`; each in a transaction of its own together with its ledger
    /// row. Any number of programs may call this at once: each migration runs once, and every caller returns when all are
    /// applied. Throws `MigratorError` (refused: nothing changed), `MigrationFailure` (rolled back; those before it stay)
    /// or `DatabaseError`.
    @discardableResult
    public func up(
        to target: String? = nil, _ onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
    ) async throws -> MigrationReport {
        let (history, options) = (history, options)
        return try await database.withConnection { connection in
            try MigrationRun(history: history, options: options, connection: connection, onEvent: onEvent)
                .up(to: target)
        }
    }

    /// Undoes migrations, last first. Throws as `up` does.
    @discardableResult
    public func down(
        _ target: DownTarget = .steps(1), _ onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
    ) async throws -> MigrationReport {
        let (history, options) = (history, options)
        return try await database.withConnection { connection in
            try MigrationRun(history: history, options: options, connection: connection, onEvent: onEvent).down(target)
        }
    }

    /// What is applied, what is pending, and where the database stands. Changes nothing.
    public func status() async throws -> MigrationStatus {
        let history = history
        return try await database.withConnection { try MigrationStatus(of: history, on: $0) }
    }

    /// What `up` would do, without doing it. Takes no lock and creates nothing.
    public func preview(upTo target: String? = nil) async throws -> MigrationPreview {
        let history = history
        return try await database.withConnection { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(), of: history)
            return try MigrationPreview(of: history.planUp(applied: applied, to: target), on: connection)
        }
    }

    /// What `down` would do, without doing it.
    public func preview(down target: DownTarget) async throws -> MigrationPreview {
        let history = history
        return try await database.withConnection { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(), of: history)
            return try MigrationPreview(of: history.planDown(applied: applied, target), on: connection)
        }
    }

    /// Where the live database differs from what the applied migrations make. Both are compared as the engine itself tells
    /// them, the latter in a scratch place.
    public func drift() async throws -> [SchemaDifference] {
        let history = history
        return try await database.withConnection { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(), of: history)
            let live = try connection.dialect.inspect(connection)
            let made = try ScratchRun(history: history, applied: applied).inspect(beside: connection)
            return live.differences(from: made)
        }
    }
}

/// What happens while migrations run.
public enum MigrationEvent: Sendable, Equatable {
    case started(String, Plan.Direction)
    case finished(String, Plan.Direction, milliseconds: Int64)
}

/// What was done.
public struct MigrationReport: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        public var id: String
        public var direction: Plan.Direction
        public var milliseconds: Int64
    }

    public var steps: [Step]
}
