import Dialects

/// What a plan rests on that was made before all values were looked at: of some tables, a sample.
///
/// Looking at every value costs another reading of the source, and mostly tells what the declarations and a sample have told
/// already. So tables are loaded by a plan that a sample suggests, and looked at on the way. When all is known it is planned anew; a
/// table that should have been made otherwise is made again.
struct Forecast: Sendable {
    var inspection: Inspection
    /// Of all tables, what is known so far.
    var tables: [ProfiledTable]
    /// Those of which that is a sample, with nothing found in them.
    var open: [String: TableOutline]

    /// `nil` where it is of no use: rules and policies have to know what does not fit before anything is written.
    init?(_ outline: TransferEngine.Outline) {
        guard outline.tables.allSatisfy(\.isTakenAsItIs) else { return nil }
        inspection = outline.inspection
        tables = []
        open = Dictionary(
            uniqueKeysWithValues: outline.tables.filter(\.isForeseeable).map { ($0.blank.table.name, $0) })
        if open.isEmpty { return nil }
    }
}

extension TableOutline {
    /// Whether no rule and no policy speaks of its values.
    fileprivate var isTakenAsItIs: Bool {
        blank.policy == .widen && blank.columnRules.allSatisfy { $0 == EffectiveColumnRule(policy: .widen) }
    }

    /// Whether it can be loaded by what a sample says. What is computed is looked at, too, and does not travel.
    fileprivate var isForeseeable: Bool {
        let columns = blank.table.columns
        return sample != nil && !columns.isEmpty && columns.allSatisfy { $0.generated == nil }
    }
}

extension TransferEngine {
    /// What will probably be to do, by a sample of most tables; where there is nothing to be had by that, what is to do.
    func forecast(_ outline: Outline) async throws -> Work {
        guard var forecast = Forecast(outline) else { return try await plan(outline) }
        let others = try await survey(outline.tables.filter { forecast.open[$0.blank.table.name] == nil })
        let known = Dictionary(uniqueKeysWithValues: others.map { ($0.table.name, $0) })
        forecast.tables = outline.tables.compactMap { known[$0.blank.table.name] ?? $0.sample }
        var work = try await work(forecast.inspection, forecast.tables)
        work.forecast = forecast
        return work
    }

    /// Loads the tables that the plan only foresees, and looks at all their values. Returns what is to do now that they are known;
    /// what was made otherwise is made again, without rows.
    func settle(_ foreseen: Work, _ id: String) async throws -> Work {
        guard var forecast = foreseen.forecast else { return foreseen }
        let found = try await attempt(foreseen.plan, forecast, id)
        forecast.tables = forecast.tables.map { found[$0.table.name] ?? $0 }
        let work = try await work(forecast.inspection, forecast.tables)
        let remade = work.madeOtherwise(than: foreseen)
        let options = options
        try await streams.first { _, writing in
            let records = TransferRecords(writing)
            try writing.transaction {
                try records.remake(remade, id)
                try records.revise(work.plan.recorded(under: options), of: id)
            }
        }
        return work
    }

    /// What is found in each of the open tables. Pieces that an earlier run has loaded are only looked at.
    private func attempt(
        _ plan: TransferPlan, _ forecast: Forecast, _ id: String
    ) async throws -> [String: ProfiledTable] {
        let pieces = Chunk.all(of: plan.tables, without: []).compactMap { chunk in
            forecast.open[chunk.table.source].map { (chunk: chunk, part: $0.part(chunk.range)) }
        }
        let (load, source, rules, done) = (loader(id), source, options.rules, try await done(id))
        let found = try await streams.each(pieces, bulky: \.chunk.table.hasLongRows) { piece, reading, writing in
            if !done.contains(where: piece.chunk.isRecorded),
                let found = try load.attempt(piece.chunk, of: piece.part.blank, reading, writing)
            {
                return found
            }
            return try SourceSurvey(reading, source, rules).survey(piece.part, inPiecesOf: .max) { _ in }
        }
        let inOrder = zip(pieces, found).sorted { $0.0.chunk.piece < $1.0.chunk.piece }
        return Dictionary(inOrder.map { ($1.table.name, $1) }) { $0.joined(with: $1) }
    }
}

extension TransferEngine.Work {
    /// The tables that would have come into being otherwise, or with other values, with the statement that makes each.
    fileprivate func madeOtherwise(than other: Self) -> [(table: String, statement: String)] {
        let (statements, others) = (statementsByTable, other.statementsByTable)
        let tablePlans = Dictionary(uniqueKeysWithValues: other.plan.tables.map { ($0.target, $0) })
        return plan.tables.compactMap { table in
            guard let statement = statements[table.target] else { return nil }
            let isSame =
                statement == others[table.target] && tablePlans[table.target].map(table.takesTheSameWay) ?? false
            return isSame ? nil : (table.target, statement)
        }
    }

    /// The statement that makes each table.
    var statementsByTable: [String: String] {
        Dictionary(uniqueKeysWithValues: zip(plan.schema.tablesInForeignKeyOrder.map(\.name), construction.tables))
    }
}

extension PlannedTable {
    /// Whether the same values arrive, in the same pieces.
    fileprivate func takesTheSameWay(as other: PlannedTable) -> Bool {
        (sourceColumns, targetColumns, types) == (other.sourceColumns, other.targetColumns, other.types)
            && (columnPlans, pieces) == (other.columnPlans, other.pieces)
    }
}
