import Dialects

/// Performs building steps on loaded rows, one or several together, with their records in the same transaction.
struct TransferBuilder {
    let record: String
    let writing: any Connection
    let target: any TransferTarget

    /// Performs the step and returns its record. Throws `TransferError.keyNotBuilt` if the step is required for the
    /// rows to be what they were, the target's error if the table is no longer there, and any error that interrupts the transfer, as
    /// `TransferError.interrupted` where its kind does not say so.
    func run(_ step: BuildStep) throws -> ChunkRecord {
        var noted = ChunkRecord(kind: step.kind, table: step.table, name: step.name)
        if case .listing(let key) = step.action {
            noted.note = try OrphanSearch(target, writing).orphans(of: key, in: step.table)?.note
        }
        let chunk = noted
        do {
            try writing.transaction {
                if step.isBulk, let sharing = target.sharingWork { try writing.executeScript(sharing) }
                if let statement = step.statement { try writing.execute(SQL(trusted: statement)) }
                try TransferRecords(writing).add(chunk, to: record)
            }
            return chunk
        } catch let error as DatabaseError {
            try target.requireNoFault(error)
            return try refused(step, chunk, error)
        }
    }

    /// Adds all checks of a table at once, so that its rows are read once. Returns their records; `nil` if these steps are others, or if
    /// the target can't do so or refuses one of them: each is then to be run by itself, which tells them apart.
    func runTogether(_ steps: [BuildStep]) throws -> [ChunkRecord]? {
        guard let first = steps.first, steps.allSatisfy({ $0.kind == .check }),
            let statement = target.addTogether(steps.compactMap(\.statement), to: first.table)
        else { return nil }
        let chunks = steps.map { ChunkRecord(kind: $0.kind, table: $0.table, name: $0.name) }
        do {
            try writing.transaction {
                if first.isBulk, let sharing = target.sharingWork { try writing.executeScript(sharing) }
                try writing.execute(SQL(trusted: statement))
                for chunk in chunks { try TransferRecords(writing).add(chunk, to: record) }
            }
            return chunks
        } catch let error as DatabaseError {
            try target.requireNoFault(error)
            return nil
        }
    }

    private func refused(_ step: BuildStep, _ chunk: ChunkRecord, _ error: DatabaseError) throws -> ChunkRecord {
        var chunk = chunk
        switch step.action {
        // Somebody has removed or renamed the table itself.
        case .required where target.isMissingTable(error): throw error
        case .required where !target.isRefusal(error):
            throw TransferError.keyNotBuilt(table: step.table, key: step.name, reason: error.message)
        case .required, .optional:
            chunk.isLeftOut = true
            chunk.note = "the target rejects it: \(target.reason(of: error))"
        case .validation(_, let key):
            chunk.note = try OrphanSearch(target, writing).orphans(of: key, in: step.table)?.note
            let isThere = try !TransferRecords(writing).hasLeftOut(.foreignKey, step.name, of: step.table, record)
            if chunk.note == nil && isThere { throw error }
        case .listing: throw error
        }
        let noted = chunk
        try writing.transaction { try TransferRecords(writing).add(noted, to: record) }
        return noted
    }
}

extension TransferTarget {
    /// Throws if the error, raised while an object was built or read, says nothing about that object: the transfer is then to be resumed.
    func requireNoFault(_ error: DatabaseError) throws {
        if error.isInterruption { throw error }
        if isFault(error) { throw TransferError.interrupted(reason: error.interruption, cause: error) }
    }
}

extension DatabaseError {
    /// The message, with the remedy for what would interrupt the resumed transfer again.
    var interruption: String {
        switch kind {
        case .diskFull, .resources, .corrupt, .notADatabase, .permission, .other:
            remedy.map { "\(message) (\($0))" } ?? message
        case .unique, .foreignKey, .notNull, .check, .locked, .pooled, .lost, .unreachable, .authentication,
            .changedMeanwhile, .raised, .transactionEnded, .interrupted, .invalidURL, .exists, .syntax:
            message
        }
    }

    /// Whether the error is not about the work itself, so that the work can be continued later.
    var isInterruption: Bool {
        switch kind {
        case .lost, .interrupted, .diskFull, .resources, .unreachable, .locked: true
        case .unique, .foreignKey, .notNull, .check, .raised, .transactionEnded, .pooled, .corrupt, .authentication,
            .permission, .notADatabase, .changedMeanwhile, .invalidURL, .exists, .syntax, .other:
            false
        }
    }
}
