import Dialects

/// Why a database can't be moved into a declared schema. Nothing has then been changed.
public enum HistoryTransferError: Error, Equatable, Sendable {
    /// Tables and columns of the source that the declared schema has no place for.
    case noPlace([String])
    /// Columns that must hold a value, and get none from the source or from a default.
    case noSource([String])
    /// A name that was to be ignored and is not in the source.
    case nothingToIgnore(String)
    /// A rule that gives a table or a column another name: here they go where theirs is.
    case renamed(String, line: Int)
    /// The history itself puts rows into these tables.
    case filledByHistory([String])
}

extension HistoryTransferError {
    /// For programs: stays as it is.
    public var code: String {
        switch self {
        case .noPlace: "no_place"
        case .noSource: "no_source"
        case .nothingToIgnore: "nothing_to_ignore"
        case .renamed: "renamed"
        case .filledByHistory: "filled_by_history"
        }
    }

    /// What to do, as a sentence.
    public var remedy: String {
        switch self {
        case .noPlace(let names): "to leave them behind, say --ignore-missing \(names.joined(separator: ","))"
        case .noSource: "give them a default in a migration, or add them to the source"
        case .nothingToIgnore: "name a table, or a column as table.column"
        case .renamed: "take the new name out of the rules"
        case .filledByHistory: "transfer without --into-history, or leave these tables out with --ignore-missing"
        }
    }
}

extension HistoryTransferError: CustomStringConvertible {
    public var description: String { "\(sentence); \(remedy)" }

    /// What was refused and where, without what to do about it.
    public var sentence: String {
        switch self {
        case .noPlace(let names): "the declared schema has no place for \(names.joined(separator: ", "))"
        case .noSource(let names):
            "the declared schema requires values that the source lacks: \(names.joined(separator: ", "))"
        case .nothingToIgnore(let name): "the source has no \(name) to ignore"
        case .renamed(let name, let line):
            "line \(line) of the rules renames \(name), and a declared schema is matched by name"
        case .filledByHistory(let names): "the migrations themselves put rows into \(names.joined(separator: ", "))"
        }
    }
}
