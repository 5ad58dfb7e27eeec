import Dialects

/// The basis of a plan that was made before all values were examined: for some tables, only a sample is known.
///
/// Examining every value requires another reading of the source, and usually confirms what the declarations and a sample have
/// shown. So tables are loaded by the plan that a sample suggests, and are examined while they are loaded. When all values are
/// known, the plan is made again; a table that should have been made otherwise is made again.
struct Forecast: Sendable {
    var inspection: Inspection
    /// The present knowledge about all tables.
    var tables: [ProfiledTable]
    /// The tables of which only a sample is known, without any findings yet.
    var open: [String: TableOutline]

    /// Returns `nil` if a forecast is of no use: rules and policies must know which values do not fit before anything is written.
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
    /// Whether no rule and no policy concerns the table's values.
    fileprivate var isTakenAsItIs: Bool {
        blank.policy == .widen && blank.columnRules.allSatisfy { $0 == EffectiveColumnRule(policy: .widen) }
    }

    /// Whether the table can be loaded by what a sample shows. A table with a computed column can't: such a column has to be
    /// examined, but is not copied.
    fileprivate var isForeseeable: Bool {
        let columns = blank.table.columns
        return sample != nil && !columns.isEmpty && columns.allSatisfy { $0.generated == nil }
    }
}

extension TransferEngine {
    /// Returns the probable work, based on a sample of most tables. If a sample gains nothing, it returns the certain work.
    func forecast(_ outline: Outline) async throws -> Work {
        guard var forecast = Forecast(outline) else { return try await plan(outline) }
        let others = try await survey(outline.tables.filter { forecast.open[$0.blank.table.name] == nil })
        let known = Dictionary(uniqueKeysWithValues: others.map { ($0.table.name, $0) })
        forecast.tables = outline.tables.compactMap { known[$0.blank.table.name] ?? $0.sample }
        var work = try await work(forecast.inspection, forecast.tables)
        work.forecast = forecast
        return work
    }

    /// Loads the tables of which the plan knows only a sample, and examines all their values. Returns the work that remains now
    /// that they are known; a table that was made otherwise is made again, without rows.
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

    /// Returns the findings about each of the open tables. Pieces that an earlier run has loaded are only examined.
    private func attempt(
        _ plan: TransferPlan, _ forecast: Forecast, _ id: String
    ) async throws -> [String: ProfiledTable] {
        let pieces = Chunk.all(of: plan.tables, without: []).compactMap { chunk in
            forecast.open[chunk.table.source].map { (chunk: chunk, part: $0.part(chunk.range)) }
        }
        let (load, source, rules) = (loader(id), source, options.rules)
        let open = Set(Chunk.all(of: plan.tables, without: try await done(id).filter { $0.kind == .rows }).map(\.id))
        let found = try await streams.each(pieces, bulky: \.chunk.table.hasLongRows) { piece, reading, writing in
            if open.contains(piece.chunk.id),
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
    /// Returns the tables that would have been made otherwise, or filled with other values, each with the statement that makes
    /// it.
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

    /// The statement that makes each table, by the table's name.
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
