import Dialects

// Loads all rows, and settles what the target computes or checks on the way.

extension TransferEngine {
    /// Loads the remaining chunks, and compares the columns that the target computes with those of the source, row by row. If
    /// one differs, for instance in the text of a double or the digits of a decimal, or if the target fails to compute it, its
    /// table is made and loaded again with the source's values: a view with other values can be omitted, a column can't. If a
    /// check refuses a row that it accepts in the source, the table is made again without this check. Tables whose rows a rule or
    /// policy has changed differ on purpose and are not compared.
    ///
    /// - Returns: The work that remains, and the records of all chunks.
    func loadAll(_ work: Work, _ id: String) async throws -> (work: Work, loaded: [ChunkRecord]) {
        var work = work
        var isCompared = source.speaksAs(target)
        while true {
            let (loaded, refusals) = try await load(work, id)
            var left = try refusals.flatMap { try $0.parts(in: work.plan) }.distinct
            if left.isEmpty && !isCompared {
                left = try await differing(work.plan)
                isCompared = true
            }
            guard !left.isEmpty else { return (work, loaded) }
            work = try leavingOut(left, work)
            try await remake(left, work, id)
        }
    }

    /// Returns a record for each column for which the target computes different values.
    private func differing(_ plan: TransferPlan) async throws -> [ChunkRecord] {
        let target = target
        let found = try await streams.each(plan.tables.filter(\.isComputedAlike)) { table, reading, writing in
            try ComputedProof(table, table.computed, target, reading, writing).differing()
                .map { table.keeping($0, because: "the target computes different values") }
        }
        return found.flatMap { $0 }
    }

    /// Loads the remaining chunks. Returns the records of all chunks, and the rows that were refused although all their values
    /// fit: an expression may fail where the source's does not.
    private func load(_ work: Work, _ id: String) async throws -> (loaded: [ChunkRecord], refusals: [RowRefusal]) {
        let earlier = try await done(id).filter { $0.kind == .rows }
        let (load, target, schema) = (loader(id), target, work.plan.schema)
        // A copy into the same kind of database has the source's own expressions.
        let isTranslated = !source.speaksAs(target)
        let chunks = Chunk.all(of: work.plan.tables, without: earlier)
        let outcomes = try await streams.each(chunks, bulky: \.table.hasLongRows) {
            chunk, reading, writing -> Result<ChunkRecord, RowRefusal> in
            do {
                return .success(try load.run(chunk, reading, writing))
            } catch let error as DatabaseError where isTranslated && target.isComputing(error) {
                guard schema.computesOrChecks(chunk.table) else { throw error }
                return .failure(RowRefusal(table: chunk.table, error: error))
            }
        }
        var (loaded, refusals) = (earlier, [RowRefusal]())
        for outcome in outcomes {
            switch outcome {
            case .success(let record): loaded.append(record)
            case .failure(let refusal): refusals.append(refusal)
            }
        }
        return (loaded, refusals)
    }

    /// Returns the work in which every column that these records name holds the source's values, and without the checks that they
    /// name.
    func leavingOut(_ records: [ChunkRecord], _ work: Work) throws -> Work {
        let (columns, checks) = (
            records.filter { $0.kind == .computed }, records.filter { $0.kind == .check && $0.isLeftOut }
        )
        guard !columns.isEmpty || !checks.isEmpty else { return work }
        var plan = work.plan
        plan.keepValues(of: columns.namesByTable)
        let names = checks.namesByTable
        plan.schema = plan.schema.changing(names.keys) { table in
            table.checks.removeAll { $0.name.map { names[table.name]?.contains($0) == true } ?? false }
        }
        return try self.work(plan)
    }

    /// Makes the tables of these parts again, without rows.
    private func remake(_ parts: [ChunkRecord], _ work: Work, _ id: String) async throws {
        let statements = work.statementsByTable
        let remade = Set(parts.map(\.table)).sorted().compactMap { table in statements[table].map { (table, $0) } }
        try await streams.first { _, writing in
            let records = TransferRecords(writing)
            try writing.withForeignKeysUnenforced {
                try writing.transaction {
                    try records.remake(remade, id)
                    for part in parts { try records.add(part, to: id) }
                }
            }
        }
    }
}

/// A row that the target refused although all its values fit.
private struct RowRefusal: Error {
    var table: PlannedTable
    var error: DatabaseError

    /// Returns records of the parts of the table that are to blame: the check that the error names, else all computed columns, else all
    /// checks that the source writes in other words. Throws the error if there are none.
    func parts(in plan: TransferPlan) throws -> [ChunkRecord] {
        let checks = plan.schema[table.target]?.checks ?? []
        if error.kind == .check, let name = error.constraint, checks.contains(where: { $0.name == name }) {
            return [
                ChunkRecord(
                    kind: .check, table: table.target, name: name,
                    note: "the target refuses rows that the check accepts in the source", isLeftOut: true)
            ]
        }
        guard !table.computed.isEmpty else { return try failing(checks) }
        // The error names no column.
        let reason =
            table.computed.count == 1
            ? "the target can't compute them: \(error.message)"
            : "the target can't compute this column or another one of the table, and does not say which: \(error.message)"
        return table.computed.map { table.keeping($0, because: reason) }
    }

    /// Returns records of the checks that may fail instead of being false.
    private func failing(_ checks: [Check]) throws -> [ChunkRecord] {
        let names = checks.filter { !$0.expression.isSameInBoth }.compactMap(\.name)
        guard !names.isEmpty else { throw error }
        let which = names.count == 1 ? "it" : "this check or another one of the table, and does not say which"
        return names.map { name in
            ChunkRecord(
                kind: .check, table: table.target, name: name,
                note: "the target can't compute \(which): \(error.message)", isLeftOut: true)
        }
    }
}

extension Schema {
    /// Whether the target computes columns of this table, or checks its rows while they are loaded.
    fileprivate func computesOrChecks(_ table: PlannedTable) -> Bool {
        !table.computed.isEmpty || self[table.target]?.checks.isEmpty == false
    }

    /// Returns the schema with these tables changed.
    func changing(_ names: some Sequence<String>, _ change: (inout Table) -> Void) -> Schema {
        let names = Set(names)
        let changed = tables.map { table in
            var table = table
            if names.contains(table.name) { change(&table) }
            return table
        }
        return Schema(tables: changed, views: views)
    }
}

extension TransferPlan {
    /// Changes the plan so that columns which the target was to compute hold the source's values.
    ///
    /// - Parameter columns: The columns' names, by their tables' names, all in the target.
    mutating func keepValues(of columns: [String: Set<String>]) {
        for at in tables.indices {
            guard let names = columns[tables[at].target] else { continue }
            for computed in tables[at].computed where names.contains(computed.target) {
                tables[at].sourceColumns.append(computed.source)
                tables[at].targetColumns.append(computed.target)
                tables[at].types.append(computed.type)
                tables[at].columnPlans.append(ColumnPlan())
            }
            tables[at].computed.removeAll { names.contains($0.target) }
        }
        schema = schema.changing(columns.keys) { table in
            for at in table.columns.indices where columns[table.name]?.contains(table.columns[at].name) == true {
                table.columns[at].generated = nil
            }
        }
    }
}

extension PlannedTable {
    fileprivate func keeping(_ column: Computed, because reason: String) -> ChunkRecord {
        ChunkRecord(
            kind: .computed, table: target, name: column.target,
            note: "its values are copied and no longer computed: \(reason)", isLeftOut: true)
    }
}

extension [ChunkRecord] {
    /// The records without repetitions: each piece of a table may name the same part.
    fileprivate var distinct: [ChunkRecord] {
        var seen: Set<[String]> = []
        return filter { seen.insert([$0.kind.rawValue, $0.table, $0.name]).inserted }
    }

    fileprivate var namesByTable: [String: Set<String>] {
        Dictionary(grouping: self, by: \.table).mapValues { Set($0.map(\.name)) }
    }
}
