import Dialects

extension TransferRules {
    /// The content of the rules for tables, independent of their lines and order in the file. Its keys are written out, so that renaming a
    /// type or a property does not change the text.
    var recorded: String {
        tables.sorted { $0.name < $1.name }.map { $0.recorded.canonical() }.joined(separator: "\n")
    }
}

extension TransferRules.TableRule {
    fileprivate var recorded: JSON {
        .object([
            ("name", .string(name)), ("skip", .boolean(isSkipped)), ("rename", JSON(recording: rename)),
            ("order", JSON(recording: order?.recorded)), ("on_mismatch", JSON(recording: onMismatch?.rawValue)),
            ("columns", .array(columns.sorted { $0.name < $1.name }.map(\.recorded))),
        ])
    }
}

extension TransferRules.ColumnRule {
    fileprivate var recorded: JSON {
        .object([
            ("name", .string(name)), ("skip", .boolean(isSkipped)), ("rename", JSON(recording: rename)),
            ("type", JSON(recording: type?.description)), ("timestamp", JSON(recording: moment?.rawValue)),
            ("minutes_ahead", minutesAhead.map { JSON.integer(Int64($0)) } ?? .null),
            ("span", JSON(recording: span?.rawValue)), ("nul", JSON(recording: nul)),
            ("on_mismatch", JSON(recording: onMismatch?.rawValue)), ("nocase", JSON(recording: nocase?.rawValue)),
        ])
    }
}

extension TransferRules.LoadOrder {
    fileprivate var recorded: String {
        switch self {
        case .first: "first"
        case .last: "last"
        case .number(let place): "\(place)"
        }
    }
}

extension JSON {
    fileprivate init(recording text: String?) { self = text.map(JSON.string) ?? .null }
}
