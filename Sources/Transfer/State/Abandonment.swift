import Dialects

/// What becomes of a target in which an interrupted transfer is abandoned.
public struct Abandonment: Sendable, Equatable {
    /// The record of the transfer.
    public var record: TransferRecord
    /// The tables, views and sequences that are removed: those that the transfer has made.
    public var removed: [String]
    /// The tables, views and sequences that stay.
    public var kept: [String]
    /// Whether the target's file is removed: the transfer has made it, and nothing is left in it.
    public var removesFile: Bool
}

extension DatabaseTransfer {
    /// Returns what `abandon` would remove, and changes nothing.
    ///
    /// - Throws: `TransferError.nothingToAbandon`, `UnfinishedTransfer` if the transfer is running, and `DatabaseError`.
    public static func abandonment(in target: Database) async throws -> Abandonment {
        let dialect = target.transferDialect
        return try await target.withConnection { connection in
            let found = try TransferRecords(connection).abandonment(dialect)
            if try connection.isHeld(.schemaChange) || connection.isHeld(.transferStream) {
                throw UnfinishedTransfer(
                    source: found.record.source, startedAt: found.record.startedAt, isRunning: true)
            }
            return found
        }
    }

    /// Removes everything that an interrupted run made in a target, and nothing else.
    ///
    /// - Returns: What was removed.
    /// - Throws: `TransferError.nothingToAbandon`, and `DatabaseError`, also when only the file, in which nothing is left, can't be removed.
    public static func abandon(in target: Database) async throws -> Abandonment {
        let dialect = target.transferDialect
        return try await TransferEngine.stoppable {
            try await target.withConnection { connection in
                try connection.withTransferLock(waiting: 10) {
                    let records = TransferRecords(connection)
                    var found = try records.abandonment(dialect)
                    try records.abandon(found.record)
                    if found.removesFile { found.removesFile = try connection.discardIfEmpty() }
                    return found
                }
            }
        }
    }
}

extension TransferRecords {
    /// Returns what abandoning the unfinished transfer removes.
    fileprivate func abandonment(_ target: any TransferTarget) throws -> Abandonment {
        guard let record = try unfinished() else { throw TransferError.nothingToAbandon }
        let done = try chunks(of: record.id)
        let isOnly = try connection.queryValue("SELECT count(*) FROM tc_transfers")?.integer == 1
        let kinds: [ChunkRecord.Kind] = [.madeTable, .madeView, .madeSequence]
        let made = done.filter { kinds.contains($0.kind) && !$0.isLeftOut }.map(\.table)
        let removable = Set(made + (isOnly ? [TransferRecord.chunkTableName, TransferRecord.tableName] : []))
        let existing = try target.existingObjects(on: connection)
        let kept = existing.filter { !removable.contains($0) }
        return Abandonment(
            record: record, removed: existing.filter(removable.contains), kept: kept,
            removesFile: kept.isEmpty && done.contains { $0.kind == .madeFile })
    }
}
