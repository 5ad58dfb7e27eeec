import Dialects

/// Looks at a source that is to go into a declared schema, and plans the way. Changes nothing.
struct HistorySurvey {
    let reading: any Connection
    let source: any TransferSource
    let target: any TransferTarget
    let history: History
    let ignoring: [String]
    let rules: TransferRules

    /// Must run in the snapshot in which the rows are read later. Throws `HistoryTransferError`, and `TransferError` for values
    /// that the declared types don't take.
    func plan() throws -> TransferPlan {
        let inspection = try source.inspect(reading)
        try rules.check(against: inspection.schema.tables)
        try requireNoRenames()
        let match = try HistoryMatch(inspection.schema.tables, history.schema, ignoring: ignoring + rules.skipped)
        var plan = TransferPlan(
            tables: try match.tables.map { try planned($0, inspection) }, schema: history.schema, construction: nil,
            checks: [], fullText: [], renames: [], typeNotes: [],
            notCarried: match.ignored + (try inspection.notCarried.filter { try isWorthSaying($0) }))
        let survey = MisfitSurvey(reading, for: target)
        plan.misfits = try plan.tables.flatMap { try survey.misfits(in: $0) }
        try plan.check(plan.misfits)
        return plan
    }

    private func requireNoRenames() throws(HistoryTransferError) {
        for table in rules.tables {
            if table.rename != nil { throw .renamed(table.name, line: table.line) }
            for column in table.columns where column.rename != nil {
                throw .renamed("\(table.name).\(column.name)", line: column.line)
            }
        }
    }

    /// Indexes and the like are the history's affair, and so are triggers that it made in the source itself; what only the
    /// source holds is worth a word.
    private func isWorthSaying(_ left: NotCarried) throws -> Bool {
        switch left.kind {
        case .virtualTable, .view: true
        case .trigger: try !isOwn()
        case .shadowTable, .index, .column, .constraint, .other, .foreignKey: false
        }
    }

    private func planned(_ table: HistoryMatch.MatchedTable, _ inspection: Inspection) throws -> PlannedTable {
        let name = table.source.name
        let from = try source.reading(of: table.source, on: reading)
        let highest = table.counting.map { "max(\(SQLText.identifier($0)))" } ?? "NULL"
        let row = try reading.query("SELECT count(*), \(trusted: highest) \(trusted: from.from)").first ?? []
        let rows = Int(row[0].integer ?? 0)
        let counting = table.counting.map { column in
            PlannedTable.Counting(column: column, highest: max(row[1].integer ?? 0, inspection.sequences[name] ?? 0))
        }
        return PlannedTable(
            source: name, target: name, reading: from, sourceColumns: table.columns, targetColumns: table.columns,
            types: table.types, handling: table.columns.map { handling(of: $0, in: table) },
            policy: rules.policy(of: name),
            rows: rows, bytes: rows, pieces: [.all], counting: counting)
    }

    /// A declared column takes what it declares: nothing makes it wider.
    private func handling(of column: String, in table: HistoryMatch.MatchedTable) -> ColumnHandling {
        let treatment = rules.treatment(of: column, in: table.source.name)
        return ColumnHandling(
            reading: treatment.reading, policy: treatment.policy == .widen ? .fail : treatment.policy,
            demand: table.required.contains(column) ? [.value] : [], isGiven: true, isSuspect: true)
    }

    /// Whether the source is a database of this very program's, at whatever position.
    func isOwn() throws -> Bool {
        switch try position() {
        case .current, .behind, .newer: true
        case .changed, nil: false
        }
    }

    /// Where the source stands; `nil` where it has no ledger, or one of another history.
    private func position() throws -> Position? {
        let entries = try Ledger(connection: reading).entries()
        return entries.isEmpty ? nil : try? history.position(of: entries)
    }

    /// What is to be said of a source that is a database of this very program's, at an earlier position; `nil` of others.
    func remark() throws -> String? {
        guard case .behind(let ids) = try position() else { return nil }
        return
            "the source lacks \(ids.joined(separator: ", ")) and was matched by name: to carry its rows through these migrations, "
            + "run up on a copy of it first"
    }
}

extension TransferRules {
    /// Tables, and columns as `table.column`, that are to stay behind.
    fileprivate var skipped: [String] {
        tables.flatMap { table in
            table.isSkipped ? [table.name] : table.columns.filter(\.isSkipped).map { "\(table.name).\($0.name)" }
        }
    }
}
