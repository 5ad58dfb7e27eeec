import Dialects

extension TransferPlan {
    /// The version of the recorded text. Raise it with every change of that text: a run does not resume a plan of another
    /// version.
    static let recordedVersion: Int64 = 4

    /// Returns the plan as a text that a resuming run can compare with its own: the options, the destination of every table and
    /// column, and every statement.
    func recorded(under options: TransferOptions) -> String {
        let tablePlans = tables.map { table in
            JSON.object([
                ("source", .string(table.source)), ("target", .string(table.target)),
                ("source_columns", .array(table.sourceColumns.map(JSON.string))),
                ("target_columns", .array(table.targetColumns.map(JSON.string))),
                ("types", .array(table.types.map { .string($0.description) })),
                ("columns", .array(table.columnPlans.map(\.recorded))),
                ("policy", .string(table.policy.rawValue)), ("rows", .integer(Int64(table.rows))),
                ("pieces", .integer(Int64(table.pieces.count))),
            ])
        }
        return JSON.object([
            ("version", .integer(Self.recordedVersion)),
            ("options", .object(options.recorded.map { (key: $0.option.rawValue, value: .string($0.value)) })),
            ("tables", .array(tablePlans)),
            ("statements", .array(statements.map(JSON.string))),
        ])
        .rendered()
    }
}

extension ColumnPlan {
    /// The column's plan with its keys written out, so that renaming a type or a property does not change the text.
    fileprivate var recorded: JSON {
        .object([
            ("reading", reading?.recorded ?? .null), ("policy", .string(policy.rawValue)),
            ("demand", .integer((demand.isRequired ? 1 : 0) + (demand.isBytes ? 2 : 0))),
            ("is_given", .boolean(isGiven)),
            ("is_suspect", .boolean(isSuspect)), ("is_proven", .boolean(isProven)),
        ])
    }
}

extension ValueRule {
    fileprivate var recorded: JSON {
        switch self {
        case .moment(let reading): Self.recorded(reading, as: "moment")
        case .day(let reading): Self.recorded(reading, as: "day")
        case .timeOfDay(let reading): Self.recorded(reading, as: "time_of_day")
        case .span(let reading): .object([("span", .string(reading.rawValue))])
        case .spanOfText: .object([("span_of_text", .boolean(true))])
        case .counted(let writing): .object([("counted", .string(writing.rawValue))])
        case .numbered(let writing): .object([("numbered", .string(writing.count.rawValue))])
        case .double: .object([("double", .boolean(true))])
        case .words: .object([("words", .boolean(true))])
        case .digits: .object([("digits", .boolean(true))])
        case .bytesOfUUID: .object([("bytes_of_uuid", .boolean(true))])
        case .cleaned(let replacement): .object([("replacement", .string(replacement))])
        }
    }

    private static func recorded(_ reading: TimestampRule, as word: String) -> JSON {
        .object([
            (word, .string(reading.count.rawValue)), ("minutes_ahead", .integer(Int64(reading.minutesAhead))),
            ("is_local", .boolean(reading.isLocal)),
        ])
    }
}
