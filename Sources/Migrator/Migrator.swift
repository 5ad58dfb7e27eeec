import Dialects

/// Brings a database to the state that a history declares. A program calls `Migrator(history: …, database: …).up()` at its start.
public struct Migrator: Sendable {
    /// The permissions of a run, the facts that it records, and its time limit.
    public struct Options: Sendable {
        /// Whether migrations may drop rows and values.
        public var allowsDataLoss: Bool
        /// Whether `up` may apply migrations that were merged late, that is, stand before an applied one. They are applied after
        /// it, and only if the order is shown to make no difference.
        public var allowsOutOfOrder: Bool
        /// The user to record in the ledger: `alex@host`.
        public var appliedBy: String
        /// The program's version, recorded in the ledger.
        public var version: String
        /// The longest time to wait for another migrator, in seconds.
        public var lockTimeout: Double
        /// Runs after each migration that is applied, in the transaction that records it.
        package var afterEach: (@Sendable (any Connection, Plan.Step) throws -> Void)?

        /// Creates options. The defaults refuse data loss and another order, and wait up to a minute for another migrator.
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
    /// The database to which the history is applied.
    public let database: Database
    /// The permissions of a run, the facts that it records, and its time limit.
    public let options: Options

    /// Creates a migrator for one database. It does not open the database yet.
    public init(history: History, database: Database, options: Options = Options()) {
        self.history = history
        self.database = database
        self.options = options
    }

    /// Applies every pending migration, or those up to `target`. Each runs in a transaction of its own together with its ledger
    /// row, or step by step outside of one if it is ``Migration/online()``. Any number of programs may call this at once: each
    /// migration runs once, and every caller returns when all are applied.
    ///
    /// A pending migration that stands before an applied one is refused (`MigratorError.outOfOrder`). If
    /// ``Options/allowsOutOfOrder`` is set, it is replayed after the applied ones, and refused (`orderMatters`) unless the schema
    /// and the rows are the same as in the history's order.
    ///
    /// - Throws: ``MigratorError`` (refused: nothing changed), ``MigrationFailure`` (rolled back, unless its `ending` says
    ///   otherwise; the migrations before it stay), `UnfinishedTransfer` or `DatabaseError`.
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
    /// - Throws: The errors of `up`, and `MigratorError.irreversible` if a migration declares that it can't be undone.
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

    /// Reads which migrations are applied and which are pending, and the database's position. It changes nothing.
    ///
    /// - Throws: ``MigratorError`` if the ledger does not match this history, `UnfinishedTransfer`, and `DatabaseError`.
    public func status() async throws -> MigrationStatus {
        let history = history
        return try await reading { try MigrationStatus(of: history, on: $0) }
    }

    /// Returns what `up` would do. It takes no lock and creates nothing, but it may have to wait for a table to count its rows.
    ///
    /// - Parameters:
    ///   - target: The last migration that `up` would apply; `nil` for all.
    ///   - onWait: Hears who holds a table that is waited for.
    /// - Throws: ``MigratorError`` if `up` would refuse for a reason that does not depend on the rows, `UnfinishedTransfer`, and
    ///   `DatabaseError`.
    public func preview(
        upTo target: String? = nil, _ onWait: (@Sendable ([LockHolder]) -> Void)? = nil
    ) async throws -> MigrationPreview {
        let (history, allowsOutOfOrder) = (history, options.allowsOutOfOrder)
        return try await reading(onWait) { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(of: history), of: history)
            let plan = try history.planUp(applied, to: target, allowsOutOfOrder: allowsOutOfOrder)
            return try MigrationPreview(of: plan, from: history, on: connection)
        }
    }

    /// Returns what `down` would do. It takes no lock and changes nothing, but it may have to wait for a table to count its rows.
    ///
    /// - Parameters:
    ///   - target: The migrations that `down` would undo.
    ///   - onWait: Hears who holds a table that is waited for.
    /// - Throws: ``MigratorError`` if `down` would refuse for a reason that does not depend on the rows, `UnfinishedTransfer`,
    ///   and `DatabaseError`.
    public func preview(
        down target: DownTarget, _ onWait: (@Sendable ([LockHolder]) -> Void)? = nil
    ) async throws -> MigrationPreview {
        let history = history
        return try await reading(onWait) { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(of: history), of: history)
            let plan = try history.planDown(applied, leaving: history.remaining(of: applied, after: target))
            return try MigrationPreview(of: plan, from: history, on: connection)
        }
    }

    /// Records migrations without running them, for a database that already holds what they make: all migrations, or those up to
    /// `target`. The effects of scripts on rows are not checked.
    ///
    /// - Returns: The ids of the recorded migrations; empty if they were recorded already.
    /// - Throws: ``MigratorError``: `otherSchema` if the live schema is not exactly what these migrations make, `nothingThere` if
    ///   the database is empty, `notFirst` if the ledger has some of the migrations. Also `UnfinishedTransfer` and
    ///   `DatabaseError`.
    @discardableResult
    public func baseline(to target: String? = nil) async throws -> [String] {
        let (history, options) = (history, options)
        return try await database.withConnection { connection in
            try BaselineRun(history: history, options: options, connection: connection).record(to: target)
        }
    }

    /// Returns the ids of the migrations that `baseline` would record. It takes no lock and changes nothing.
    ///
    /// - Throws: The errors of `baseline`.
    public func preview(baselineTo target: String?) async throws -> [String] {
        let (history, options) = (history, options)
        return try await reading { connection in
            try BaselineRun(history: history, options: options, connection: connection).wouldRecord(to: target)
        }
    }

    /// Records the present operations of applied migrations that were edited, and runs nothing. It does so only if a replay shows
    /// that they make the schema which was applied, and if the live schema is that schema. The effects of scripts and data steps
    /// on rows are reported as unproven, and are not repeated.
    ///
    /// - Throws: ``MigratorError``: `editMatters` if the edit makes another schema, or if the live schema is another. Also
    ///   `UnfinishedTransfer` and `DatabaseError`.
    @discardableResult
    public func repair() async throws -> RepairReport {
        let (history, options) = (history, options)
        return try await besideChecksums { connection in
            try RepairRun(history: history, options: options, connection: connection).repair()
        }
    }

    /// Returns what `repair` would record. It takes no lock and changes nothing.
    ///
    /// - Throws: The errors of `repair`.
    public func previewRepair() async throws -> RepairReport {
        let (history, options) = (history, options)
        return try await reading { connection in
            try RepairRun(history: history, options: options, connection: connection).preview()
        }
    }

    /// Compares the live database with what the applied migrations make. Both are read back from the database, the latter from a
    /// scratch place.
    ///
    /// - Throws: ``MigratorError`` if the ledger does not match this history, `UnfinishedTransfer`, and `DatabaseError`.
    public func drift() async throws -> [SchemaDifference] { try await driftReport().differences }

    /// Compares as ``drift()`` does, and says what could not be compared. It may have to wait for a table that a view reads.
    ///
    /// - Parameter onWait: Hears who holds a table that is waited for.
    /// - Throws: The errors of ``drift()``.
    public func driftReport(_ onWait: (@Sendable ([LockHolder]) -> Void)? = nil) async throws -> DriftReport {
        let history = history
        return try await reading(onWait) { connection in
            let ledger = Ledger(connection: connection)
            let applied = try ledger.applied(try ledger.usableEntries(of: history), of: history)
            let live = try connection.dialect.inspect(connection)
            let made = try ScratchRun(history: history, applied: applied).inspect(beside: connection)
            return DriftReport(differences: live.differences(from: made.inspection), unrepeated: made.unrepeated)
        }
    }

    /// Runs `body` on a connection while the checksums that it compares with the ledger are computed. SQLite parses its whole
    /// schema before it reads the first row, and the checksums of a long history take a third of that time.
    private func besideChecksums<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        history.checksums.begin()
        return try await database.withConnection(body)
    }

    /// Runs `body`, which changes nothing, as `besideChecksums` does. A database that does not exist yet is not made for it.
    private func reading<T: Sendable>(
        _ onWait: (@Sendable ([LockHolder]) -> Void)? = nil, _ body: @escaping @Sendable (Connection) throws -> T
    ) async throws -> T {
        history.checksums.begin()
        let database = database
        return try await database.withReadingConnection { connection in
            let watch = onWait.flatMap { WaitWatch(over: connection, of: database, $0) }
            defer { watch?.stop() }
            return try body(connection)
        }
    }
}

/// How the live database differs from what its applied migrations make.
public struct DriftReport: Sendable, Equatable {
    /// One line for each object that differs; empty if there is no drift.
    public var differences: [SchemaDifference]
    /// The migration because of which scripts were left out: what they have made stands among the differences as existing only in the
    /// database.
    public var unrepeated: UnrepeatedMigration?

    /// The differences without those that are none if a script made them which could not run again.
    public var certainDifferences: [SchemaDifference] {
        unrepeated == nil ? differences : differences.filter { !$0.isUndeclared }
    }
}

/// An event of a run of migrations.
public enum MigrationEvent: Sendable, Equatable {
    /// The migration with this id begins.
    case started(String, Plan.Direction)
    /// The migration with this id is committed.
    case finished(String, Plan.Direction, milliseconds: Int64)
    /// Another session holds a table that the migration with this id needs. The migration is rolled back, so that nobody waits
    /// behind it, and begins again shortly. The holders are those that the server names.
    case gaveWay(String, to: [LockHolder])
    /// The progress of the online migration with this id on an index. Sent from another thread than the other events.
    case building(String, IndexProgress)
    /// The migration of this id is recorded in place of these, which it replaces (``Migration/replacing(_:)``). Nothing was run. Where there
    /// is no scratch place, or a script can't run in an empty one, what scripts of both make was not compared.
    case recorded(String, inPlaceOf: [String], areScriptsCompared: Bool)
}

/// The migrations that a run applied or undid.
public struct MigrationReport: Sendable, Equatable {
    /// One migration that was applied or undone.
    public struct Step: Sendable, Equatable {
        /// The migration's id.
        public var id: String
        /// Whether the migration was applied or undone.
        public var direction: Plan.Direction
        /// The time that the migration took up to its commit, in milliseconds.
        public var milliseconds: Int64
    }

    /// The migrations in the order in which they ran; empty if there was nothing to do.
    public var steps: [Step]
    /// The migrations in whose place the history's first was recorded, before any migration ran (``Migration/replacing(_:)``).
    public var replaced: [String] = []
}
