import Dialects

// Compares the values that the target computes with those that the source computes, as soon as the rows are loaded.

extension TransferEngine {
    /// Loads the remaining chunks, and compares the columns that the target computes with those of the source, row by row. If
    /// one differs, for instance in the text of a double or the digits of a decimal, or if the target fails to compute it, its
    /// table is made and loaded again with the source's values: a view with other values can be omitted, a column can't. Tables
    /// whose rows a rule or policy has changed differ on purpose and are not compared.
    ///
    /// - Returns: The work that remains, and the records of all chunks.
    func loadComputing(_ work: Work, _ id: String) async throws -> (work: Work, loaded: [ChunkRecord]) {
        guard !source.speaksAs(target) else { return (work, try await load(work, id).loaded) }
        let (loaded, failures) = try await load(work, id)
        let failed = Dictionary(failures, uniquingKeysWith: { first, _ in first })
        let found = try await streams.each(work.plan.tables.filter { !$0.computed.isEmpty }) {
            table, reading, writing in
            if let reason = failed[table.target] {
                return table.computed.map { table.keeping($0, because: "the target can't compute them: \(reason)") }
            }
            guard table.isComputedAlike else { return [] }
            return try ComputedProof(table, reading, writing).differing()
                .map { table.keeping($0, because: "the target computes different values") }
        }
        let kept = found.flatMap { $0 }
        guard !kept.isEmpty else { return (work, loaded) }
        let rest = try keepingValues(of: kept, work)
        try await remake(kept, rest, id)
        return (rest, try await load(rest, id).loaded)
    }

    /// Loads the remaining chunks. Returns the records of all chunks, and the tables of which a row was refused although all its
    /// values fit, each with the target's message: an expression may fail where the source's does not.
    private func load(
        _ work: Work, _ id: String
    ) async throws -> (loaded: [ChunkRecord], failures: [(table: String, reason: String)]) {
        let earlier = try await done(id).filter { $0.kind == .rows }
        let (load, target) = (loader(id), target)
        let chunks = Chunk.all(of: work.plan.tables, without: earlier)
        let outcomes = try await streams.each(chunks, bulky: \.table.hasLongRows) { chunk, reading, writing in
            do { return Result<ChunkRecord, DatabaseError>.success(try load.run(chunk, reading, writing)) } catch let
                error as DatabaseError where !chunk.table.computed.isEmpty && target.isRefusal(error)
            { return .failure(error) }
        }
        var (loaded, failures) = (earlier, [(table: String, reason: String)]())
        for (chunk, outcome) in zip(chunks, outcomes) {
            switch outcome {
            case .success(let record): loaded.append(record)
            case .failure(let error): failures.append((chunk.table.target, error.message))
            }
        }
        return (loaded, failures)
    }

    /// Returns the work with every column that these records mark as holding the source's values, including those of an earlier
    /// run.
    func keepingValues(of records: [ChunkRecord], _ work: Work) throws -> Work {
        let columns = records.filter { $0.kind == .computed }
        guard !columns.isEmpty else { return work }
        var plan = work.plan
        for column in columns { plan.keepValues(of: column.name, in: column.table) }
        return try self.work(plan)
    }

    /// Makes the tables of these columns again, without rows.
    private func remake(_ columns: [ChunkRecord], _ work: Work, _ id: String) async throws {
        let statements = work.statementsByTable
        let remade = Set(columns.map(\.table)).sorted().compactMap { table in statements[table].map { (table, $0) } }
        try await streams.first { _, writing in
            let records = TransferRecords(writing)
            try writing.withForeignKeysUnenforced {
                try writing.transaction {
                    try records.remake(remade, id)
                    for column in columns { try records.add(column, to: id) }
                }
            }
        }
    }
}

extension TransferPlan {
    /// Changes the plan so that a column which the target was to compute holds the source's values.
    mutating func keepValues(of column: String, in table: String) {
        guard let at = tables.firstIndex(where: { $0.target == table }),
            let computed = tables[at].computed.first(where: { $0.target == column })
        else { return }
        tables[at].computed.removeAll { $0 == computed }
        tables[at].sourceColumns.append(computed.source)
        tables[at].targetColumns.append(computed.target)
        tables[at].types.append(computed.type)
        tables[at].columnPlans.append(ColumnPlan())
        schema = schema.changing(column, of: table) { $0.generated = nil }
    }
}

extension Schema {
    /// Returns the schema with this column of this table changed.
    func changing(_ column: String, of table: String, _ change: (inout Column) -> Void) -> Schema {
        let changed = tables.map { candidate in
            var candidate = candidate
            for at in candidate.columns.indices where candidate.name == table && candidate.columns[at].name == column {
                change(&candidate.columns[at])
            }
            return candidate
        }
        return Schema(tables: changed, views: views)
    }
}

extension PlannedTable {
    fileprivate func keeping(_ column: Computed, because reason: String) -> ChunkRecord {
        ChunkRecord(
            kind: .computed, table: target, name: column.target,
            note: "its values are copied and no longer computed: \(reason)", isLeftOut: true)
    }

    /// Whether the target computes a column of this table from exactly the values from which the source computes it.
    fileprivate var isComputedAlike: Bool {
        !computed.isEmpty && policy == .widen && columnPlans.allSatisfy { $0.reading == nil && $0.policy == .widen }
    }
}

/// Compares the values that two databases compute for the rows of one table.
private struct ComputedProof {
    private let table: PlannedTable
    private let reading: any Connection
    private let writing: any Connection

    init(_ table: PlannedTable, _ reading: any Connection, _ writing: any Connection) {
        self.table = table
        self.reading = reading
        self.writing = writing
    }

    /// Returns the columns that have another value in some row.
    func differing() throws -> [PlannedTable.Computed] {
        let ours = try digests(
            table.reading.query(table.sourceColumns + table.computed.map(\.source), in: .all), on: reading)
        let columns = SQLText.identifiers(table.targetColumns + table.computed.map(\.target))
        let theirs = try digests("SELECT \(columns) FROM \(SQLText.identifier(table.target))", on: writing)
        return zip(table.computed, zip(ours, theirs)).filter { $0.1.0 != $0.1.1 }.map(\.0)
    }

    /// Returns the digest of each computed column, together with all copied columns.
    private func digests(_ query: String, on connection: any Connection) throws -> [TableDigest] {
        let types = table.types + table.computed.map(\.type)
        let forms = types.map { CanonicalForm($0) }
        let cursor = try connection.copyOut(query, types: types)
        defer { cursor.close() }
        var digests = table.computed.map { _ in TableDigest() }
        var rows = 0
        while try cursor.next() {
            var copied = RowDigest()
            for column in table.types.indices {
                if let form = forms[column] { copied.add(cursor.raw(column), as: form) }
            }
            for at in digests.indices {
                var row = copied
                let column = table.types.count + at
                if let form = forms[column] { row.add(cursor.raw(column), as: form) }
                digests[at].add(row)
            }
            rows += 1
            if rows & 0xFFF == 0 { try Task.checkCancellation() }
        }
        return digests
    }
}
