import Dialects

/// Builds one step on loaded rows, with the record of it, in one transaction.
struct TransferBuilder {
    let record: String
    let writing: any Connection

    /// Throws `TransferError.keyNotBuilt` where the rows would not be what they were without it, and what interrupts.
    func run(_ step: BuildStep) throws -> ChunkRecord {
        var noted = ChunkRecord(kind: step.kind, table: step.table, name: step.name)
        if case .listing(let key) = step.action { noted.note = try orphans(of: key, in: step.table) }
        let chunk = noted
        do {
            try writing.transaction {
                if let statement = step.statement { try writing.execute(SQL(statement)) }
                try TransferRecords(writing).add(chunk, to: record)
            }
            return chunk
        } catch let error as DatabaseError where !error.isInterruption {
            return try refused(step, chunk, error)
        }
    }

    private func refused(_ step: BuildStep, _ chunk: ChunkRecord, _ error: DatabaseError) throws -> ChunkRecord {
        var chunk = chunk
        switch step.action {
        case .required:
            throw TransferError.keyNotBuilt(table: step.table, key: step.name, reason: error.message)
        case .optional:
            chunk.isLeftOut = true
            chunk.note = error.message
        case .validation(_, let key):
            chunk.note = try orphans(of: key, in: step.table)
            if chunk.note == nil { throw error }
        case .listing: throw error
        }
        let noted = chunk
        try writing.transaction { try TransferRecords(writing).add(noted, to: record) }
        return noted
    }

    /// How many rows name a parent that is not there, and the keys that the first of them name; `nil` when none does.
    private func orphans(of key: ForeignKey, in table: String) throws -> String? {
        let columns = key.columns.map { "c.\(SQLText.identifier($0))" }
        let named = columns.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let same = zip(key.parentColumns, columns).map { "p.\(SQLText.identifier($0)) = \($1)" }.joined(
            separator: " AND ")
        let from = """
            FROM \(SQLText.identifier(table)) c WHERE \(named) \
            AND NOT EXISTS (SELECT 1 FROM \(SQLText.identifier(key.parent)) p WHERE \(same))
            """
        let count = try writing.queryValue("SELECT count(*) \(trusted: from)")?.integer ?? 0
        guard count > 0 else { return nil }
        let rows = try writing.query("SELECT \(trusted: columns.joined(separator: ", ")) \(trusted: from) LIMIT 3")
        let values = rows.map { row in
            zip(key.columns, row).map { "\($0)=\(ValueText.short($1))" }.joined(separator: ", ")
        }
        let first = values.joined(separator: "; ") + (count > 3 ? "; …" : "")
        return "\(key.name ?? "a foreign key"): \(count == 1 ? "1 row has" : "\(count) rows have") no parent in "
            + "\(key.parent) (\(first)): the foreign key holds for new rows only"
    }
}

extension DatabaseError {
    /// Whether it says nothing of the work itself: it can go on later from where it was.
    var isInterruption: Bool {
        switch kind {
        case .lost, .interrupted, .diskFull, .unreachable, .locked: true
        case .unique, .foreignKey, .notNull, .check, .authentication, .permission, .notADatabase, .invalidURL,
            .syntax, .other:
            false
        }
    }
}
