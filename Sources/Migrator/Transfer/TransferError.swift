import Dialects

/// Why a transfer did not take place. The target is then as it was.
public enum TransferError: Error, Equatable, Sendable {
    /// Source and target are the same.
    case oneDatabase
    case targetNotEmpty([String])
    case noSuchTable(String)
    /// Two names of the source would be one in the target.
    case nameCollision(kind: String, names: [String], target: String)
    case reservedColumn(table: String, column: String)
    /// A value that the target cannot hold in the type that its column got.
    case doesNotFit(table: String, column: String, key: String, value: String, type: String, reason: String)
    /// A key that the source's rows do not satisfy as the target understands it.
    case keyNotBuilt(table: String, key: String, reason: String)
}

extension TransferError {
    /// For programs: stays as it is.
    public var code: String {
        switch self {
        case .oneDatabase: "one_database"
        case .targetNotEmpty: "target_not_empty"
        case .noSuchTable: "no_such_table"
        case .nameCollision: "name_collision"
        case .reservedColumn: "reserved_column"
        case .doesNotFit: "does_not_fit"
        case .keyNotBuilt: "key_not_built"
        }
    }

    /// What to do, as a sentence.
    public var remedy: String {
        switch self {
        case .oneDatabase: "name another target"
        case .targetNotEmpty:
            "name a file that does not exist yet, an empty database, or another schema with ?options=-csearch_path=…"
        case .noSuchTable: "see the names with a dry run"
        case .nameCollision, .reservedColumn: "rename one in the source, or leave the table out"
        case .doesNotFit: "change the value in the source, or leave the table out"
        case .keyNotBuilt: "remove the rows that repeat in the source, or leave the table out"
        }
    }
}

extension TransferError: CustomStringConvertible {
    public var description: String { "\(sentence); \(remedy)" }

    /// What was refused and where, without what to do about it.
    public var sentence: String {
        switch self {
        case .oneDatabase: return "source and target are one database"
        case .targetNotEmpty(let names):
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            return "the target is not empty: it holds \(names.prefix(5).joined(separator: ", "))\(more)"
        case .noSuchTable(let name): return "the source has no table \(name)"
        case .nameCollision(let kind, let names, let target):
            return "the \(kind) \(names.joined(separator: " and ")) would all be called \(target) in the target"
        case .reservedColumn(let table, let column):
            return "\(table).\(column): the target keeps this name for a column of its own"
        case .doesNotFit(let table, let column, let key, let value, let type, let reason):
            return "\(table).\(column), row \(key): \(value) \(reason) (\(type))"
        case .keyNotBuilt(let table, let key, let reason): return "\(table): \(key) cannot be built: \(reason)"
        }
    }
}
