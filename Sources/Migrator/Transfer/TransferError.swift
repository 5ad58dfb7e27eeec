import Dialects

/// Why a transfer did not take place. The target is then as it was, unless it says otherwise.
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
    /// The target holds a part of another run.
    case unfinished(TransferRecord)
    /// It was kept from going on: what was done stays, and is recorded as unfinished.
    case interrupted(reason: String)
    case sourceChanged(TransferRecord)
    case planChanged(TransferRecord)
    case nothingToAbandon
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
        case .unfinished: "unfinished_transfer"
        case .interrupted: "interrupted"
        case .sourceChanged: "source_changed"
        case .planChanged: "plan_changed"
        case .nothingToAbandon: "nothing_to_abandon"
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
        case .unfinished, .interrupted:
            "go on with transfer SOURCE TARGET --resume, or remove what is there with transfer --abandon TARGET"
        case .sourceChanged: "remove what is there with transfer --abandon TARGET, and begin anew"
        case .planChanged:
            "use the options and the program of the first run, or remove what is there with transfer --abandon TARGET"
        case .nothingToAbandon: "see what the target holds with inspect TARGET"
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
        case .unfinished(let record):
            return "the database holds an unfinished transfer from \(record.source), begun \(record.startedAt)"
        case .interrupted(let reason):
            return "the transfer was interrupted: \(reason). What was done is kept, and the target marked as unfinished"
        case .sourceChanged(let record):
            return "the source has changed since \(record.startedAt), when this transfer began: the rest would not fit"
        case .planChanged(let record):
            return "this run would do something else than the one of \(record.startedAt) that it is to go on with"
        case .nothingToAbandon: return "the target holds no unfinished transfer"
        }
    }
}
