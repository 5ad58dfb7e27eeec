import Dialects

/// Looks at a source that is to go into a declared schema, and plans the way. Changes nothing.
struct HistorySurvey {
    let reading: any Connection
    let source: any TransferSource
    let history: History
    let ignoring: [String]

    /// Must run in the snapshot in which the rows are read later. Throws `HistoryTransferError`.
    func plan() throws -> TransferPlan {
        let inspection = try source.inspect(reading)
        let match = try HistoryMatch(inspection.schema.tables, history.schema, ignoring: ignoring)
        var tables: [PlannedTable] = []
        var nulls: [String] = []
        for table in match.tables {
            let counts = try count(table)
            nulls += zip(table.required, counts.nulls).filter { $0.1 > 0 }.map {
                "\(table.source.name).\($0.0) (\($0.1) rows)"
            }
            tables.append(try planned(table, counts, inspection))
        }
        guard nulls.isEmpty else { throw HistoryTransferError.nulls(nulls) }
        return TransferPlan(
            tables: tables, schema: history.schema, construction: nil, checks: [], fullText: [], renames: [],
            typeNotes: [],
            notCarried: match.ignored + inspection.notCarried.filter { Self.holdsData($0) })
    }

    /// Indexes, triggers and the like are the history's affair; what only the source holds is worth a word.
    private static func holdsData(_ left: NotCarried) -> Bool {
        switch left.kind {
        case .virtualTable, .view, .trigger: true
        case .shadowTable, .index, .column, .constraint, .other, .foreignKey: false
        }
    }

    private struct Counts {
        var rows: Int
        var highest: Int64
        var nulls: [Int]
    }

    private func count(_ table: HistoryMatch.MatchedTable) throws -> Counts {
        let highest = table.counting.map { "max(\(SQLText.identifier($0)))" } ?? "NULL"
        let nulls = table.required.map { "count(*) FILTER (WHERE \(SQLText.identifier($0)) IS NULL)" }
        let list = (["count(*)", highest] + nulls).joined(separator: ", ")
        let from = try source.reading(of: table.source, on: reading).from
        let row = try reading.query("SELECT \(trusted: list) \(trusted: from)").first ?? []
        return Counts(
            rows: Int(row[0].integer ?? 0), highest: row[1].integer ?? 0,
            nulls: row.dropFirst(2).map { Int($0.integer ?? 0) })
    }

    private func planned(
        _ table: HistoryMatch.MatchedTable, _ counts: Counts, _ inspection: Inspection
    ) throws -> PlannedTable {
        let name = table.source.name
        return PlannedTable(
            source: name, target: name, reading: try source.reading(of: table.source, on: reading),
            sourceColumns: table.columns, targetColumns: table.columns, types: table.types,
            handling: table.types.map { _ in ColumnHandling(policy: .fail) }, policy: .fail, rows: counts.rows,
            bytes: counts.rows, pieces: [.all],
            counting: table.counting.map {
                .init(column: $0, highest: max(counts.highest, inspection.sequences[name] ?? 0))
            })
    }

    /// What is to be said of a source that is a database of this very program's, at an earlier position; `nil` of others.
    func remark() throws -> String? {
        let applied = try Ledger(connection: reading).entries().map(\.id)
        guard !applied.isEmpty, case .behind(let ids) = try? history.position(of: Ledger(connection: reading).entries())
        else {
            return nil
        }
        return
            "the source lacks \(ids.joined(separator: ", ")) and was matched by name: to carry its rows through these migrations, "
            + "run up on a copy of it first"
    }
}
