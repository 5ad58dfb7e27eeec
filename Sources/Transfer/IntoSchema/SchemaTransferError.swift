import Dialects

/// The reason why a database can't be moved into a schema that is there. Nothing was changed.
public enum SchemaTransferError: Error, Equatable, Sendable {
    /// Tables and columns of the source that the target does not have.
    case noPlace([String])
    /// Required columns that get no value from the source or from a default.
    case noSource([String])
    /// A name to ignore that the source does not have.
    case nothingToIgnore(String)
    /// A rule that gives a table or a column another name: here they go where theirs is.
    case renamed(String, line: Int)
    /// A rule that says how columns compare: here they do as they were declared.
    case compared
    /// The history itself puts rows into these tables.
    case filledByHistory([String])
    /// Tables of a target that the history has migrated, and that is in use: they hold rows.
    case filled([String])
    /// The target holds no tables to fill.
    case nothingToFill
    /// Tables of the target that hold rows, of which nothing was said.
    case rowsInTheWay([String])
    /// Tables whose rows were to stay or to give way, and which are not on both sides.
    case noSuchRows(String)
    /// Columns, as `table.column type`, of a type that no value can be written as.
    case unwritable([String])
    /// Columns, as `table.column`, of numbers or moments that are to be spans of time: nothing says what they count.
    case unitless([String])
    /// Rows that refer to a row which does not exist.
    case orphans([Orphans])
}

extension SchemaTransferError {
    /// For programs: stays as it is.
    public var code: String {
        switch self {
        case .noPlace: "no_place"
        case .noSource: "no_source"
        case .nothingToIgnore: "nothing_to_ignore"
        case .renamed: "renamed"
        case .compared: "compared"
        case .filledByHistory: "filled_by_history"
        case .filled: "target_filled"
        case .nothingToFill: "nothing_to_fill"
        case .rowsInTheWay: "target_rows_in_the_way"
        case .noSuchRows: "no_such_rows"
        case .unwritable: "unwritable_type"
        case .unitless: "unitless"
        case .orphans: "orphans"
        }
    }
}

extension SchemaTransferError: CustomStringConvertible {
    /// What was refused and where. What to do about it is the program's to say, with its own commands.
    public var description: String {
        switch self {
        case .noPlace(let names): "the target's schema has no place for \(names.joined(separator: ", "))"
        case .noSource(let names):
            "the target's schema requires values that the source lacks: \(names.joined(separator: ", "))"
        case .nothingToIgnore(let name): "the source has no \(name) to ignore"
        case .renamed(let name, let line):
            "line \(line) of the rules renames \(name), and a schema that is there is matched by name"
        case .compared:
            "the rules say how columns compare (nocase), and those of a schema that is there do as it has them"
        case .filledByHistory(let names): "the migrations themselves put rows into \(names.joined(separator: ", "))"
        case .filled(let names): "the target's tables hold rows: \(names.joined(separator: ", "))"
        case .nothingToFill: "the target holds no tables that could be filled"
        case .rowsInTheWay(let names): "the target's tables hold rows: \(names.joined(separator: ", "))"
        case .noSuchRows(let name): "\(name) is not a table of both databases"
        case .unwritable(let names): "no value can be written as the type of \(names.joined(separator: ", "))"
        case .unitless(let names):
            "values become intervals, but no rule says what they count: \(names.joined(separator: ", "))"
        case .orphans(let found):
            "rows name a parent that is not there: " + found.map { "\($0.table): \($0)" }.joined(separator: "; ")
        }
    }
}
