import Dialects

extension TransferPlan {
    /// The plan as text, to be compared by a run that wants to go on with it: the options, what goes where, and every statement.
    func recorded(under options: TransferOptions) -> String {
        let tablePlans = tables.map { table in
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
        return JSON.object([
            ("version", .integer(2)),
            ("options", .object(options.recorded.map { (key: $0.option, value: .string($0.value)) })),
            ("tables", .array(tablePlans)),
            ("statements", .array(statements.map(JSON.string))),
        ])
        .rendered()
    }
}
