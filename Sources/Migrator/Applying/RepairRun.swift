import Dialects

/// Records the present operations of edited migrations, if those operations make the schema that the database holds. It runs none
/// of them.
struct RepairRun {
    let history: History
    let options: Migrator.Options
    let connection: any Connection

    private var ledger: Ledger { Ledger(connection: connection) }

    /// Records every edited migration in one transaction. It does nothing if none was edited.
    func repair() throws -> RepairReport {
        guard !connection.isInTransaction else { throw MigratorError.inTransaction }
        guard try edited() != nil else { return RepairReport() }
        return try connection.withLock(.schemaChange, waiting: options.lockTimeout) {
            while let edited = try edited() {
                if let report = try record(edited) { return report }
            }
            return RepairReport()
        }
    }

    /// Returns `nil`, having done nothing, if somebody else has changed the ledger meanwhile.
    private func record(_ edited: EditedMigrations) throws -> RepairReport? {
        try edited.requireSameSchema()
        let made = try inspectMade(edited)
        return try connection.transaction {
            // On SQLite the lock on the file begins with this transaction, so what was read before counts only if it is
            // unchanged.
            guard let now = try self.edited(), now.changed == edited.changed, now.applied == edited.applied else {
                return nil
            }
            try requireNoDrift(from: made, edited)
            for migration in edited.changed { try record(migration.id) }
            return RepairReport(edited, made)
        }
    }

    /// Returns what `repair` would record. It changes nothing and takes no lock.
    func preview() throws -> RepairReport {
        guard let edited = try edited() else { return RepairReport() }
        try edited.requireSameSchema()
        let made = try inspectMade(edited)
        try requireNoDrift(from: made, edited)
        return RepairReport(edited, made)
    }

    /// Returns the edited migrations, or `nil` if no applied migration was edited. Throws `MigratorError` if the ledger holds
    /// migrations that the history does not know, or operations that this program can't read.
    private func edited() throws -> EditedMigrations? {
        let entries = try ledger.usableEntries(of: history)
        switch try ledger.position(of: entries, in: history) {
        case .current, .behind: return nil
        case .newer(let ids): throw MigratorError.newer(ids)
        case .changed(let changed):
            let unknown = entries.map(\.id).filter { history.position(of: $0) == nil }
            guard unknown.isEmpty else { throw MigratorError.newer(unknown) }
            guard let operations = try ledger.recordedOperations(of: history) else {
                throw MigratorError.editMatters(changed.map(\.id), .unreadable)
            }
            return EditedMigrations(
                history: history, applied: AppliedOrder(places: entries.compactMap { history.position(of: $0.id) }),
                recorded: operations, changed: changed)
        }
    }

    /// Inspects what the edited migrations make in a scratch place; `nil` if there is no scratch place.
    private func inspectMade(_ edited: EditedMigrations) throws -> MadeSchema? {
        do {
            return try ScratchRun(history: history, applied: edited.applied).inspect(beside: connection)
        } catch let error as DatabaseError where error.kind == .permission {
            return nil
        }
    }

    private func requireNoDrift(from made: MadeSchema?, _ edited: EditedMigrations) throws {
        guard let made else { return }
        let differences = made.differences(of: try connection.dialect.inspect(connection))
        guard differences.isEmpty else {
            throw MigratorError.editMatters(edited.changed.map(\.id), .drift(differences))
        }
    }

    private func record(_ id: String) throws {
        let text = CanonicalOperations.text(of: history.migrations[try history.index(of: id)].operations)
        try ledger.amend(id, checksum: CanonicalOperations.checksum(of: text), operations: text)
    }
}

/// The edited migrations whose present operations are recorded, or would be.
public struct RepairReport: Sendable, Equatable {
    /// Each edited migration with its first difference, in the order of application. The list is empty if nothing was edited.
    public var migrations: [ChangedMigration]
    /// The edits that no comparison can prove, such as those of scripts. They ran as they were when they were applied, and do not
    /// run again.
    public var unproven: [UnprovenEdit]
    /// Whether the live schema was compared with what the migrations make. It is not compared if there is no scratch place to
    /// make that schema in.
    public var isSchemaKnown: Bool
    /// The migration because of which nothing was compared that scripts make.
    public var unrepeated: UnrepeatedMigration?

    init() { (migrations, unproven, isSchemaKnown) = ([], [], true) }

    init(_ edited: EditedMigrations, _ made: MadeSchema?) {
        (migrations, unproven) = (edited.changed, edited.unproven)
        (isSchemaKnown, unrepeated) = (made != nil, made?.unrepeated)
    }
}
