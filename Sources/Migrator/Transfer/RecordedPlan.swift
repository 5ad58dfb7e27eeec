import Dialects

extension TransferPlan {
    /// The plan as text, to be compared by a run that wants to go on with it: what goes where, and every statement.
    func recorded(_ construction: Construction, _ build: BuildPlan) -> String {
        let journeys = tables.map { table in
            JSON.object([
                ("source", .string(table.source)), ("target", .string(table.target)),
                ("source_columns", .array(table.sourceColumns.map(JSON.string))),
                ("target_columns", .array(table.targetColumns.map(JSON.string))),
                ("types", .array(table.types.map { .string($0.description) })),
                ("handling", .array(table.handling.map { .string("\($0)") })),
                ("policy", .string(table.policy.rawValue)), ("rows", .integer(Int64(table.rows))),
                ("pieces", .integer(Int64(table.pieces.count))),
            ])
        }
        let steps = build.stages.joined().joined().compactMap { $0.statement.map(JSON.string) }
        return JSON.object([
            ("version", .integer(1)), ("tables", .array(journeys)),
            ("statements", .array(construction.tables.map(JSON.string) + steps)),
        ])
        .rendered()
    }
}
