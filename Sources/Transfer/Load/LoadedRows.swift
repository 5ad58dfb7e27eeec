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
    /// Records that the transfer reads another snapshot of the source from now on, which holds everything that was loaded and built.
    ///
    /// - Parameters:
    ///   - work: The work of the earlier run, planned again from the new snapshot. What is built on the rows may differ.
    ///   - record: The record of the earlier run.
    /// - Returns: The record with the new snapshot's fingerprint, and the new plan.
    /// - Throws: `TransferError.sourceChanged` if the source lacks a row that was loaded or a part that was built, and `DatabaseError`.
    func adoptSnapshot(for work: Work, _ record: TransferRecord) async throws -> TransferRecord {
        let done = try await done(record.id)
        let chunks = Chunk.all(of: try leavingOut(done, work).plan.tables, without: []).reduce(into: [:]) {
            $0[$1.id] = $1
        }
        let rows = LoadedRows(record: record, verification: options.verification)
        let outdated = work.build.outdated(among: done, builtBy: TransferPlan.statements(recordedIn: record.plan))
        guard outdated.isEmpty else {
            let names = outdated.map { $0.name.isEmpty ? $0.table : $0.name }
            throw rows.changed("and so have keys, indexes, checks or views that it has built: \(names.listed(upTo: 5))")
        }
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
        let (id, plan) = (record.id, work.plan.recorded(under: options))
        record.plan = plan
        record.fingerprint = try await streams.first { reading, writing in
            let fingerprint = try reading.sourceFingerprint()
            try writing.transaction {
                try TransferRecords(writing).setFingerprint(fingerprint, id)
                try TransferRecords(writing).revise(plan, of: id)
            }
            return fingerprint
        }
        return record
    }
}
