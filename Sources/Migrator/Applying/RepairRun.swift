import Dialects

/// Records what edited migrations say now, where that makes what the database holds. Nothing of them is run.
struct RepairRun {
    let history: History
    let options: Migrator.Options
    let connection: any Connection

    private var ledger: Ledger { Ledger(connection: connection) }

    /// Records every edited migration; all or none of it stays. Does nothing where none was edited.
    func repair() throws -> RepairReport {
        guard !connection.isInTransaction else { throw MigratorError.inTransaction }
        try connection.requireSchema()
        guard try edited() != nil else { return RepairReport() }
        return try connection.withLock(.schemaChange, waiting: options.lockTimeout) {
            while let edited = try edited() {
                if let report = try record(edited) { return report }
            }
            return RepairReport()
        }
    }

    /// `nil` where somebody else has changed the ledger meanwhile, and nothing was done.
    private func record(_ edited: EditedMigrations) throws -> RepairReport? {
        try edited.requireSameSchema()
        let made = try inspectMade(edited)
        return try connection.transaction {
            // The lock of a file begins here: what was read before it counts where it is still so.
            guard let now = try self.edited(), now.changed == edited.changed, now.applied == edited.applied else {
                return nil
            }
            try requireNoDrift(from: made, edited)
            for migration in edited.changed { try record(migration.id) }
            return RepairReport(edited, isSchemaKnown: made != nil)
        }
    }

    /// What `repair` would record. Changes nothing, and takes no lock.
    func preview() throws -> RepairReport {
        guard let edited = try edited() else { return RepairReport() }
        try edited.requireSameSchema()
        let made = try inspectMade(edited)
        try requireNoDrift(from: made, edited)
        return RepairReport(edited, isSchemaKnown: made != nil)
    }

    /// `nil` where no applied migration was edited. Throws `MigratorError` where the ledger can't be worked with.
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

    /// What the edited migrations make in a scratch place; `nil` where there is none.
    private func inspectMade(_ edited: EditedMigrations) throws -> Inspection? {
        do {
            return try ScratchRun(history: history, applied: edited.applied).inspect(beside: connection)
        } catch let error as DatabaseError where error.kind == .permission {
            return nil
        }
    }

    private func requireNoDrift(from made: Inspection?, _ edited: EditedMigrations) throws {
        guard let made else { return }
        let differences = try connection.dialect.inspect(connection).differences(from: made)
        guard differences.isEmpty else {
            throw MigratorError.editMatters(edited.changed.map(\.id), .drift(differences))
        }
    }

    private func record(_ id: String) throws {
        let text = CanonicalOperations.text(of: history.migrations[try history.index(of: id)].operations)
        try ledger.amend(id, checksum: CanonicalOperations.checksum(of: text), operations: text)
    }
}

/// Edited migrations whose new words are recorded, or would be.
public struct RepairReport: Sendable, Equatable {
    /// Each with its first difference, in the order of application; none where nothing was edited.
    public var migrations: [ChangedMigration]
    /// What was done as it was applied, and is not done again.
    public var unproven: [UnprovenEdit]
    /// Whether the live schema was compared with what the migrations make. It is not where there is no scratch place to make it in.
    public var isSchemaKnown: Bool

    init() { (migrations, unproven, isSchemaKnown) = ([], [], true) }

    init(_ edited: EditedMigrations, isSchemaKnown: Bool) {
        (migrations, unproven) = (edited.changed, edited.unproven)
        self.isSchemaKnown = isSchemaKnown
    }
}
