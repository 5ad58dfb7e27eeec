import Dialects

/// A piece of a table's rows.
struct Chunk: Sendable, Equatable {
    var table: PlannedTable
    var piece: Int
    var range: KeyRange
    /// The chunk's approximate size. The largest chunks are loaded first, because they take longest.
    var bytes: Int

    /// Returns all pieces of all tables, the largest first, without those that are `done`.
    static func all(of tables: [PlannedTable], without done: [ChunkRecord]) -> [Chunk] {
        let done = Set(done.filter { $0.kind == .rows }.map { ChunkID(table: $0.table, piece: $0.piece) })
        let chunks = tables.flatMap { table in
            table.pieces.enumerated().map { piece, range in
                Chunk(table: table, piece: piece, range: range, bytes: table.bytes / table.pieces.count)
            }
        }
        return chunks.filter { !done.contains($0.id) }
            .sorted { $0.bytes > $1.bytes }
    }

    var id: ChunkID { ChunkID(table: table.target, piece: piece) }

    struct ChunkID: Hashable {
        var table: String
        var piece: Int
    }
}

/// Loads one chunk: its rows and their record, in one transaction.
struct ChunkLoad {
    let record: String
    let verification: TransferOptions.Verification
    let target: any TransferTarget
    let events: @Sendable (TransferEvent) -> Void

    /// Loads the chunk. Throws as `TableCopy.run` does, and `TransferError.keyNotBuilt` for rows that repeat a key which the table has
    /// from the start; nothing of the chunk is then in the target.
    func run(_ chunk: Chunk, _ reading: any Connection, _ writing: any Connection) throws -> ChunkRecord {
        var nothing: ProfiledTable?
        do { return try run(chunk, observing: &nothing, reading, writing) } catch let error as DatabaseError
            where error.kind == .unique
        {
            throw TransferError.keyNotBuilt(table: chunk.table.target, key: "a key", reason: error.message)
        }
    }

    /// Loads a chunk whose values were not examined before, and examines them. Returns what it finds, or `nil` if a value does
    /// not fit; nothing of the chunk is then in the target. Throws only what interrupts the transfer.
    func attempt(
        _ chunk: Chunk, of blank: ProfiledTable, _ reading: any Connection, _ writing: any Connection
    ) throws -> ProfiledTable? {
        var found: ProfiledTable? = blank
        found?.pieces = [chunk.range]
        do {
            _ = try run(chunk, observing: &found, reading, writing)
            return found
        } catch {
            // An error about the data is reported later, when all such values are known.
            guard TransferEngine.interruption(error) == nil else { throw error }
            return nil
        }
    }

    private func run(
        _ chunk: Chunk, observing found: inout ProfiledTable?, _ reading: any Connection, _ writing: any Connection
    ) throws -> ChunkRecord {
        try writing.withForeignKeysUnenforced {
            try writing.transaction {
                let loaded = try load(chunk, observing: &found, reading, writing)
                let record = ChunkRecord(
                    kind: .rows, table: chunk.table.target, piece: chunk.piece, rows: loaded.rows,
                    quarantined: loaded.quarantined, nulled: loaded.nulled, digest: loaded.digest?.hexadecimal)
                try TransferRecords(writing).add(record, to: self.record)
                return record
            }
        }
    }

    private func load(
        _ chunk: Chunk, observing found: inout ProfiledTable?, _ reading: any Connection, _ writing: any Connection
    ) throws -> TableCopy.Loaded {
        let table = chunk.table
        let truncationBeforeFreeze = chunk.range == .all ? target.truncationBeforeFreeze(table.target) : nil
        if let truncationBeforeFreeze { try writing.executeScript(truncationBeforeFreeze) }
        let copy = TableCopy(
            table, verification.forms(of: table), in: chunk.range, freezing: truncationBeforeFreeze != nil)
        return try copy.run(from: reading, to: writing, observing: &found) { events(.loaded(table, rows: $0)) }
    }
}

extension TransferOptions.Verification {
    /// Returns the canonical forms as which a table's values are compared; `nil` if they are not compared.
    func forms(of table: PlannedTable) -> [CanonicalForm?]? {
        switch self {
        case .count: nil
        case .digest, .full: table.sourceColumns.isEmpty ? nil : table.types.map(\.comparedForm)
        }
    }
}
