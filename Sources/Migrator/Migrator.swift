import Dialects

/// Brings a database to the state that a history declares. A program calls `Migrator(history: …, database: …).up()` at its start.
public struct Migrator: Sendable {
    /// What is allowed, what is recorded, and how long to wait.
    public struct Options: Sendable {
        /// Whether migrations may drop rows and values.
        public var allowsDataLoss: Bool
        /// Whether `up` may apply migrations that stand before an applied one, because they were merged late: after it, and only where
        /// that shows to make no difference.
        public var allowsOutOfOrder: Bool
        /// The user to record in the ledger: `alex@host`.
        public var appliedBy: String
        /// The program's version, recorded in the ledger.
        public var version: String
        /// How long to wait for another migrator, in seconds.
        public var lockTimeout: Double

        /// Refuses data loss and another order, and waits a minute for another migrator, unless told otherwise.
        public init(
            allowsDataLoss: Bool = false, allowsOutOfOrder: Bool = false, appliedBy: String = "", version: String = "",
            lockTimeout: Double = 60
        ) {
            self.allowsDataLoss = allowsDataLoss
            self.allowsOutOfOrder = allowsOutOfOrder
            self.appliedBy = appliedBy
            self.version = version
            self.lockTimeout = lockTimeout
        }
    }

    /// The migrations to apply.
    public let history: History
    /// The database to bring there.
    public let database: Database
    /// What is allowed, what is recorded, and how long to wait.
    public let options: Options

    /// A migrator for one database. Nothing is opened yet.
    public init(history: History, database: Database, options: Options = Options()) {
        self.history = history
        self.database = database
        self.options = options
    }

    /// Applies every pending migration, or those up to `target`; each in a transaction of its own together with its ledger row,
    /// or step by step outside of one where it is ``Migration/online()``. Any number of programs may call this at once: each migration
    /// runs once, and every caller returns when all are applied.
    ///
    /// A pending migration that stands before an applied one is refused (`MigratorError.outOfOrder`). Where
    /// ``Options/allowsOutOfOrder`` lets it pass, it is replayed after those that are applied, and refused (`orderMatters`) unless the
    /// schema and the rows are the same as in the history's order.
    ///
    /// - Throws: ``MigratorError`` (refused: nothing changed), ``MigrationFailure`` (rolled back, unless its `ending` says otherwise; the
    ///   migrations before it stay), `UnfinishedTransfer` or `DatabaseError`.
    @discardableResult
    public func up(
        to target: String? = nil, _ onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
    ) async throws -> MigrationReport {
        let (history, options, database) = (history, options, database)
        return try await besideChecksums { connection in
            try MigrationRun(
                history: history, options: options, database: database, connection: connection, onEvent: onEvent
            )
            .up(to: target)
        }
    }

    /// Undoes migrations, the last applied first.
    ///
    /// - Throws: As `up` does; also `MigratorError.irreversible` where a migration says that it can't be undone.
    @discardableResult
    public func down(
        _ target: DownTarget = .steps(1), _ onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
    ) async throws -> MigrationReport {
        let (history, options, database) = (history, options, database)
        return try await besideChecksums { connection in
            try MigrationRun(
                history: history, options: options, database: database, connection: connection, onEvent: onEvent
            ).down(target)
        }
    }

    /// Reads which migrations are applied and pending, and where the database stands. Changes nothing.
    ///
    /// - Throws: ``MigratorError`` when the ledger does not go with this history, `UnfinishedTransfer`, and `DatabaseError`.
    public func status() async throws -> MigrationStatus {
        let history = history
        return try await besideChecksums { try MigrationStatus(of: history, on: $0) }
    }

    /// Tells what `up` would do. Takes no lock and creates nothing.
    ///
    /// - Throws: ``MigratorError`` where `up` would refuse by what is known without the rows, `UnfinishedTransfer`, and
    ///   `DatabaseError`.
    public func preview(upTo target: String? = nil) async throws -> MigrationPreview {
        let (history, allowsOutOfOrder) = (history, options.allowsOutOfOrder)
        return try await besideChecksums { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(of: history), of: history)
            let plan = try history.planUp(applied, to: target, allowsOutOfOrder: allowsOutOfOrder)
            return try MigrationPreview(of: plan, from: history, on: connection)
        }
    }

    /// Tells what `down` would do. Takes no lock and changes nothing.
    ///
    /// - Throws: ``MigratorError`` where `down` would refuse by what is known without the rows, `UnfinishedTransfer`, and
    ///   `DatabaseError`.
    public func preview(down target: DownTarget) async throws -> MigrationPreview {
        let history = history
        return try await besideChecksums { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(of: history), of: history)
            let plan = try history.planDown(applied, leaving: history.remaining(of: applied, after: target))
            return try MigrationPreview(of: plan, from: history, on: connection)
        }
    }

    /// Records migrations without running them, for a database that holds already what they make: all of them, or those up to
    /// `target`. Returns their ids; none where they are recorded already. What scripts do to rows is not looked for.
    ///
    /// - Throws: ``MigratorError``; `otherSchema` when the live schema is not exactly what these migrations make, `nothingThere`
    ///   when there is none, `notFirst` when the ledger has some of the migrations. Also `UnfinishedTransfer` and `DatabaseError`.
    @discardableResult
    public func baseline(to target: String? = nil) async throws -> [String] {
        let (history, options) = (history, options)
        return try await database.withConnection { connection in
            try BaselineRun(history: history, options: options, connection: connection).record(to: target)
        }
    }

    /// Tells which migrations `baseline` would record. Takes no lock and changes nothing.
    ///
    /// - Throws: As `baseline` does.
    public func preview(baselineTo target: String?) async throws -> [String] {
        let (history, options) = (history, options)
        return try await database.withConnection { connection in
            try BaselineRun(history: history, options: options, connection: connection).wouldRecord(to: target)
        }
    }

    /// Records what applied migrations say since they were edited, and runs nothing: where replay shows that they make the schema that was
    /// applied, and the live schema is that. What scripts and data steps did to rows is told as unproven, and not done again.
    ///
    /// - Throws: ``MigratorError``; `editMatters` where the edit makes another schema, or the live one is another. Also
    ///   `UnfinishedTransfer` and `DatabaseError`.
    @discardableResult
    public func repair() async throws -> RepairReport {
        let (history, options) = (history, options)
        return try await besideChecksums { connection in
            try RepairRun(history: history, options: options, connection: connection).repair()
        }
    }

    /// Tells what `repair` would record. Takes no lock and changes nothing.
    ///
    /// - Throws: As `repair` does.
    public func previewRepair() async throws -> RepairReport {
        let (history, options) = (history, options)
        return try await besideChecksums { connection in
            try RepairRun(history: history, options: options, connection: connection).preview()
        }
    }

    /// Compares the live database with what the applied migrations make. Both are read back from the database, the latter from a
    /// scratch place.
    ///
    /// - Throws: ``MigratorError`` when the ledger does not go with this history, `UnfinishedTransfer`, and `DatabaseError`.
    public func drift() async throws -> [SchemaDifference] {
        let history = history
        return try await database.withConnection { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(of: history), of: history)
            let live = try connection.dialect.inspect(connection)
            let made = try ScratchRun(history: history, applied: applied).inspect(beside: connection)
            return live.differences(from: made)
        }
    }

    /// Runs `body` on a connection while the checksums that it compares with the ledger are computed: SQLite parses its whole schema
    /// before it reads the first row, and a long history's checksums take a third as long.
    private func besideChecksums<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        history.checksums.begin()
        return try await database.withConnection(body)
    }
}

/// An event of a run of migrations.
public enum MigrationEvent: Sendable, Equatable {
    /// The migration of this id begins.
    case started(String, Plan.Direction)
    /// The migration of this id is committed.
    case finished(String, Plan.Direction, milliseconds: Int64)
    /// Another session holds a table that the migration of this id needs. It is rolled back, so that nobody waits behind it, and will
    /// begin again shortly. The holders are those that the server names.
    case gaveWay(String, to: [LockHolder])
    /// How far the online migration of this id is with an index; sent from another thread than the others.
    case building(String, IndexProgress)
    /// The migration of this id is recorded in place of these, which it replaces (``Migration/replacing(_:)``). Nothing was run. Where there
    /// is no scratch place, what scripts of both make was not compared.
    case recorded(String, inPlaceOf: [String], areScriptsCompared: Bool)
}

/// The migrations that a run applied or undid.
public struct MigrationReport: Sendable, Equatable {
    /// One migration that was applied or undone.
    public struct Step: Sendable, Equatable {
        /// The migration's id.
        public var id: String
        /// Whether it was applied or undone.
        public var direction: Plan.Direction
        /// How long it took, up to its commit.
        public var milliseconds: Int64
    }

    /// The migrations in the order in which they ran; none where there was nothing to do.
    public var steps: [Step]
    /// The migrations in whose place the history's first was recorded, before anything ran (``Migration/replacing(_:)``).
    public var replaced: [String] = []
}
