import Dialects

/// The rows that an interrupted run has loaded, compared with what the source holds now.
///
/// A fingerprint of another state need not mean other rows: on PostgreSQL every commit on the server changes it, those of the
/// transfer into the same server included. If each loaded piece still has the digest that is on record, then the target holds
/// rows of the new snapshot, and the remaining pieces can be read from it.
struct LoadedRows {
    let record: TransferRecord
    let verification: TransferOptions.Verification

    /// Throws `TransferError.sourceChanged` unless the source holds exactly the rows of this chunk that `loaded` describes.
    func requireSame(_ chunk: Chunk, as loaded: ChunkRecord, _ reading: any Connection) throws {
        let name = chunk.table.source
        // Which values the target refused is known only by writing them again.
        guard loaded.quarantined == 0, loaded.nulled.allSatisfy({ $0 == 0 }) else {
            throw changed("and values of \(name) that did not fit were left out, so its rows can't be compared")
        }
        guard let held = TableDigest(rows: loaded.rows, hexadecimal: loaded.digest ?? "") else {
            throw changed("and no digest of the rows that it has loaded is on record, so they can't be compared")
        }
        let forms = verification.forms(of: chunk.table)
        let copy = TableCopy(chunk.table, forms, in: chunk.range, freezing: false)
        guard try copy.digest(of: reading) == held else {
            throw changed("and so have rows of \(name) that it has loaded")
        }
    }

    /// Returns the error for a source that is not the one which the transfer began with.
    func changed(_ details: String) -> TransferError { .sourceChanged(record, details: details) }
}

extension TransferEngine {
    /// Records that the transfer reads another snapshot of the source from now on, which holds everything that was loaded.
    ///
    /// - Parameters:
    ///   - work: The work of the earlier run, planned again from the new snapshot.
    ///   - record: The record of the earlier run.
    /// - Returns: The record with the new snapshot's fingerprint.
    /// - Throws: `TransferError.sourceChanged` if the source lacks a row that was loaded, and `DatabaseError`.
    func adoptSnapshot(for work: Work, _ record: TransferRecord) async throws -> TransferRecord {
        let done = try await done(record.id)
        let chunks = Chunk.all(of: try leavingOut(done, work).plan.tables, without: []).reduce(into: [:]) {
            $0[$1.id] = $1
        }
        let rows = LoadedRows(record: record, verification: options.verification)
        let loaded = done.filter { $0.kind == .rows }
        let pairs = try loaded.map { loaded in
            guard let chunk = chunks[Chunk.ChunkID(table: loaded.table, piece: loaded.piece)] else {
                throw rows.changed("and its tables are divided differently")
            }
            return (chunk: chunk, loaded: loaded)
        }
        _ = try await streams.each(pairs, bulky: \.chunk.table.hasLongRows) { pair, reading, _ in
            try rows.requireSame(pair.chunk, as: pair.loaded, reading)
        }
        var record = record
        let id = record.id
        record.fingerprint = try await streams.first { reading, writing in
            let fingerprint = try reading.sourceFingerprint()
            try TransferRecords(writing).setFingerprint(fingerprint, id)
            return fingerprint
        }
        return record
    }
}
