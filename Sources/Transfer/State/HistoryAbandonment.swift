import Dialects
import Migrator

extension HistoryTransfer {
    /// Returns what `abandon` would remove, and changes nothing.
    ///
    /// - Throws: `TransferError.nothingToAbandon`, ``SchemaTransferError/inUse(_:)`` if somebody else has changed rows since,
    ///   `UnfinishedTransfer` if the transfer is running, `MigratorError` if the migrations are not the history's, `HistoryError`, and
    ///   `DatabaseError`.
    package static func abandonment(in target: Database, of history: History) async throws -> Abandonment {
        let dialect = target.transferDialect
        return try await target.withConnection { connection in
            let found = try abandonment(of: history, dialect, connection)
            if try connection.isHeld(.schemaChange) || connection.isHeld(.filling) {
                throw UnfinishedTransfer(
                    source: found.record.source, startedAt: found.record.startedAt, isRunning: true)
            }
            return found
        }
    }

    /// Removes everything that the migrations of an interrupted run made in a target, and nothing else.
    ///
    /// - Returns: What was removed.
    /// - Throws: The errors of `abandonment`. `DatabaseError` is of kind `locked` if the transfer is running.
    package static func abandon(in target: Database, of history: History) async throws -> Abandonment {
        let dialect = target.transferDialect
        return try await TransferEngine.stoppable {
            try await target.withFillingLock(waiting: 10) {
                try await target.withConnection { connection in
                    try connection.withForeignKeysUnenforced {
                        try connection.transaction { try remove(history, dialect, connection) }
                    }
                }
            }
        }
    }

    private static func remove(
        _ history: History, _ target: any TransferTarget, _ connection: any Connection
    ) throws -> Abandonment {
        let made = try FillingNote.read(connection)?.made ?? []
        let tables = Set(history.schema.tables.map(\.name)).intersection(made)
        try target.lock(target.existingObjects(on: connection).filter(tables.contains), on: connection)
        let found = try abandonment(of: history, target, connection)
        try target.remove(found.removed, on: connection)
        return found
    }

    private static func abandonment(
        of history: History, _ target: any TransferTarget, _ connection: any Connection
    ) throws -> Abandonment {
        guard let note = try FillingNote.read(connection) else { throw TransferError.nothingToAbandon }
        let ledger = Ledger(connection: connection)
        let entries = try ledger.entries(of: history)
        // Only of the history's own tables is it known what the migrations left in them.
        switch try ledger.position(of: entries, in: history) {
        case .current, .behind: break
        case .newer(let ids): throw MigratorError.newer(ids)
        case .changed(let migrations): throw MigratorError.changed(migrations)
        }
        let changed = try note.changed(after: entries, of: history, target, connection)
        guard changed.isEmpty else { throw SchemaTransferError.inUse(changed) }
        let existing = try target.existingObjects(on: connection)
        return Abandonment(
            record: TransferRecord(
                id: FillingNote.tableName, source: note.source, fingerprint: "", plan: "", state: .loading,
                startedAt: note.startedAt),
            removed: existing.filter(note.made.contains), kept: existing.filter { !note.made.contains($0) },
            removesFile: false)
    }
}

extension TransferTarget {
    /// Removes these objects, in the open transaction.
    func remove(_ objects: [String], on connection: any Connection) throws {
        for statement in try removal(of: objects, on: connection) { try connection.executeScript(statement) }
    }
}
