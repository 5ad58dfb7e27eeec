import Dialects

/// Reads and writes the records of transfers in a target.
struct TransferRecords {
    let connection: any Connection

    init(_ connection: any Connection) { self.connection = connection }

    /// Returns the transfer that was begun in this database and is not complete; `nil` if there is none.
    func unfinished() throws -> TransferRecord? {
        try record(where: UnfinishedTransfer.condition)
    }

    /// Returns the transfer that was last completed in this database; `nil` if there is none.
    func finished() throws -> TransferRecord? {
        try record(where: "state = \(TransferRecord.State.complete.rawValue)")
    }

    private func record(where condition: SQL) throws -> TransferRecord? {
        guard try connection.hasTable(TransferRecord.tableName) else { return nil }
        let times = try ["started_at", "finished_at"].map {
            "\(try connection.dialect.conversion(of: $0, from: .timestamp, to: .text).expression) AS \($0)"
        }
        let rows = try connection.query(
            """
            SELECT id, source, fingerprint, plan, state, \(trusted: times.joined(separator: ", ")) FROM tc_transfers \
            WHERE \(condition) ORDER BY started_at DESC
            """)
        guard let row = rows.first else { return nil }
        return TransferRecord(
            id: try row["id"], source: try row["source"], fingerprint: try row["fingerprint"], plan: try row["plan"],
            state: TransferRecord.State(rawValue: try row["state"]) ?? .loading, startedAt: try row["started_at"],
            finishedAt: try row["finished_at", as: String?.self] ?? "")
    }

    /// Inserts the record of a transfer, and creates the tables for it if they are missing. It must run in one transaction with
    /// what the record describes.
    func begin(_ record: TransferRecord) throws {
        if try !connection.hasTable(TransferRecord.tableName) {
            let construction = try connection.dialect.construct(TransferRecord.schema)
            for statement in construction.tables + construction.afterLoad.map(\.statement) {
                try connection.executeScript(statement)
            }
        }
        try connection.execute(
            """
            INSERT INTO tc_transfers (id, source, fingerprint, plan, state) \
            VALUES (\(record.id), \(record.source), \(record.fingerprint), \(record.plan), \(record.state.rawValue))
            """)
    }

    func add(_ chunk: ChunkRecord, to id: String) throws {
        try connection.execute(
            """
            INSERT INTO tc_transfer_chunks (transfer_id, kind, table_name, name, piece, rows, quarantined, nulled, \
            digest, note, is_left_out) VALUES (\(id), \(chunk.kind.rawValue), \(chunk.table), \(chunk.name), \
            \(chunk.piece), \(chunk.rows), \(chunk.quarantined), \(chunk.nulled.map(String.init).joined(separator: " ")), \
            \(chunk.digest), \(chunk.note), \(chunk.isLeftOut))
            """)
    }

    /// Replaces the record of a part by another record of the same part.
    func replace(_ chunk: ChunkRecord, of id: String) throws {
        try connection.execute(
            """
            DELETE FROM tc_transfer_chunks WHERE transfer_id = \(id) AND kind = \(chunk.kind.rawValue) \
            AND table_name = \(chunk.table) AND name = \(chunk.name)
            """)
        try add(chunk, to: id)
    }

    func chunks(of id: String) throws -> [ChunkRecord] {
        let rows = try connection.query(
            """
            SELECT kind, table_name, name, piece, rows, quarantined, nulled, digest, note, is_left_out FROM tc_transfer_chunks \
            WHERE transfer_id = \(id) ORDER BY kind, table_name, name, piece
            """)
        return try rows.compactMap { row in
            guard let kind = ChunkRecord.Kind(rawValue: try row["kind"]) else { return nil }
            return ChunkRecord(
                kind: kind, table: try row["table_name"], name: try row["name"], piece: try row["piece"],
                rows: try row["rows"], quarantined: try row["quarantined"],
                nulled: try row["nulled", as: String.self].split(separator: " ").compactMap { Int($0) },
                digest: try row["digest"], note: try row["note"], isLeftOut: try row["is_left_out"])
        }
    }

    /// Whether this part was to be built and the target refused it.
    func hasLeftOut(_ kind: ChunkRecord.Kind, _ name: String, of table: String, _ id: String) throws -> Bool {
        // Not all records are read: a step of thousands may ask.
        let rows = try connection.query(
            """
            SELECT is_left_out FROM tc_transfer_chunks WHERE transfer_id = \(id) AND kind = \(kind.rawValue) \
            AND table_name = \(table) AND name = \(name)
            """)
        return try rows.contains { try $0["is_left_out", as: Bool.self] }
    }

    /// Replaces the recorded plan once more is known. It must run in one transaction with the changes that follow from it.
    func revise(_ plan: String, of id: String) throws {
        try connection.execute("UPDATE tc_transfers SET plan = \(plan) WHERE id = \(id)")
    }

    /// Replaces the recorded state of the source.
    func setFingerprint(_ fingerprint: String, _ id: String) throws {
        try connection.execute("UPDATE tc_transfers SET fingerprint = \(fingerprint) WHERE id = \(id)")
    }

    /// Removes the records of a table's rows. It must run in the transaction that emptied the table.
    private func forgetRows(of table: String, _ id: String) throws {
        try connection.execute(
            """
            DELETE FROM tc_transfer_chunks WHERE transfer_id = \(id) AND kind = \(ChunkRecord.Kind.rows.rawValue) \
            AND table_name = \(table)
            """)
    }

    func enter(_ state: TransferRecord.State, _ id: String) throws {
        try connection.execute("UPDATE tc_transfers SET state = \(state.rawValue) WHERE id = \(id)")
    }

    /// Marks the transfer as complete, and removes the records of its parts, which are of no further use. It must run in the
    /// transaction that ends the transfer.
    func complete(_ id: String) throws {
        let now = try connection.dialect.render(.now, for: .timestamp)
        try connection.execute(
            """
            UPDATE tc_transfers SET state = \(TransferRecord.State.complete.rawValue), finished_at = \(trusted: now) \
            WHERE id = \(id)
            """)
        try connection.execute("DELETE FROM tc_transfer_chunks WHERE transfer_id = \(id)")
    }

    /// Removes everything that the transfer made, and its records, but nothing else.
    func abandon(_ record: TransferRecord) throws {
        try connection.withForeignKeysUnenforced {
            try connection.transaction {
                let chunks = try chunks(of: record.id)
                let tables = chunks.filter { $0.kind == .madeTable }.map(\.table)
                for statement in connection.dialect.forgetModules(of: tables) {
                    try connection.executeScript(statement)
                }
                // A view that was left out is not there, or is somebody else's of the same name.
                let views = chunks.filter { $0.kind == .madeView && !$0.isLeftOut }.map(\.table)
                try remove(tables: tables, views: views)
                let sequences = chunks.filter { $0.kind == .madeSequence }.map(\.table)
                if let statement = connection.dialect.remove(sequences: sequences) {
                    try connection.executeScript(statement)
                }
                for policy in chunks.filter({ $0.kind == .madeSupport }).compactMap({ NocasePolicy(rawValue: $0.name) })
                {
                    if let statement = connection.dialect.removeSupport(of: policy) {
                        try connection.executeScript(statement)
                    }
                }
                try connection.execute("DELETE FROM tc_transfer_chunks WHERE transfer_id = \(record.id)")
                try connection.execute("DELETE FROM tc_transfers WHERE id = \(record.id)")
                // If the target has never held a complete transfer, the record tables are removed as well.
                if try connection.queryValue("SELECT count(*) FROM tc_transfers")?.integer == 0 {
                    try remove(tables: [TransferRecord.chunkTableName, TransferRecord.tableName], views: [])
                }
            }
        }
    }

    /// Returns the tables and views that the transfer has made and that are no longer there.
    func goneObjects(of id: String, _ target: any TransferTarget) throws -> [String] {
        let made = try chunks(of: id).filter { ($0.kind == .madeTable || $0.kind == .madeView) && !$0.isLeftOut }
        let existing = Set(try target.existingObjects(on: connection))
        // A partition, for instance, belongs to another table, and is not listed.
        return try made.filter { try !existing.contains($0.table) && !connection.hasTable($0.table) }.map(\.table)
    }

    /// Whether this record is there, and the table with the records of its parts.
    func hold(_ record: TransferRecord) throws -> Bool {
        for table in [TransferRecord.tableName, TransferRecord.chunkTableName] {
            guard try connection.hasTable(table) else { return false }
        }
        return try connection.queryValue("SELECT count(*) FROM tc_transfers WHERE id = \(record.id)")?.integer == 1
    }

    /// Returns the tables, views and sequences of this plan that are there, and the tables of records.
    func left(of plan: TransferPlan, _ target: any TransferTarget) throws -> [String] {
        let existing = Set(try target.existingObjects(on: connection))
        let own = [TransferRecord.chunkTableName, TransferRecord.tableName]
        let made = plan.schema.views.map(\.name) + plan.madeTables + plan.madeSequences
        return (made + own).filter(existing.contains)
    }

    /// Makes tables again, without rows, and removes the records of their rows. It must run in a transaction.
    func remake(_ tables: [(table: String, statement: String)], _ id: String) throws {
        try remove(tables: tables.map(\.table), views: [])
        for made in tables {
            try connection.execute(SQL(trusted: made.statement))
            try forgetRows(of: made.table, id)
        }
    }

    private func remove(tables: [String], views: [String]) throws {
        for statement in connection.dialect.remove(tables: tables, views: views) {
            try connection.executeScript(statement)
        }
    }
}
