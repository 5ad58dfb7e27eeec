import Dialects

/// Why a transfer did not take place. The target is then as it was, unless it says otherwise.
public enum TransferError: Error, Equatable, Sendable {
    /// Source and target are the same.
    case oneDatabase
    case targetNotEmpty([String])
    case noSuchTable(String)
    /// The rules speak of what is not there, or contradict themselves. `line`: where in their file.
    case badRule(line: Int, problem: String, remedy: String)
    /// A database goes into one of its own kind as it is.
    case rulesForReplica
    /// Values that are not what their columns say, under `fail`.
    case misfits([Misfits])
    /// Values that would become NULL where none may be.
    case neverNull([Misfits])
    /// A value that the target cannot hold in the type that its column got.
    case doesNotFit(table: String, column: String, key: String, value: String, type: String, reason: String)
    /// A key that the source's rows do not satisfy as the target understands it.
    case keyNotBuilt(table: String, key: String, reason: String)
    /// Texts that a key tells apart and that are one without regard to case.
    case keysFold([FoldedKey])
    /// The target can't have what `--nocase` asks for.
    case noSupport(NocasePolicy, reason: String, remedy: String)
    /// The target holds a part of another run.
    case unfinished(UnfinishedTransfer)
    /// It was kept from going on: what was done stays, and is recorded as unfinished.
    case interrupted(reason: String)
    /// It was stopped before it had changed anything, or everything is again as it was.
    case stopped
    case sourceChanged(TransferRecord)
    /// It is to go on with a transfer from another source.
    case otherSource(TransferRecord, now: String)
    /// It would do something else than the run that it is to go on with: which options say so, as sentences, where it is they.
    case planChanged(TransferRecord, [String])
    case nothingToAbandon
    /// An earlier run came to its end, and what it did is no longer known in such detail.
    case nothingToReport(TransferRecord)
}

extension TransferError {
    /// For programs: stays as it is.
    public var code: String {
        switch self {
        case .oneDatabase: "one_database"
        case .targetNotEmpty: "target_not_empty"
        case .noSuchTable: "no_such_table"
        case .badRule: "bad_rule"
        case .rulesForReplica: "rules_for_replica"
        case .misfits: "misfits"
        case .neverNull: "never_null"
        case .doesNotFit: "does_not_fit"
        case .keyNotBuilt: "key_not_built"
        case .keysFold: "keys_fold"
        case .noSupport: "no_support"
        case .unfinished(let transfer): transfer.code
        case .interrupted: "interrupted"
        case .stopped: "stopped"
        case .sourceChanged: "source_changed"
        case .otherSource: "other_source"
        case .planChanged: "plan_changed"
        case .nothingToAbandon: "nothing_to_abandon"
        case .nothingToReport: "nothing_to_report"
        }
    }

    /// What to do, as a sentence.
    public var remedy: String {
        switch self {
        case .oneDatabase: "name another target"
        case .targetNotEmpty:
            "name a file that does not exist yet, an empty database, or another schema with ?options=-csearch_path=…"
        case .noSuchTable: "see the names with a dry run"
        case .unfinished, .interrupted: UnfinishedTransfer.remedy
        case .stopped: "run the same command again"
        case .sourceChanged: "remove what is there with transfer --abandon TARGET, and begin anew"
        case .otherSource(let record, _):
            "name \(record.source) as it was then, or remove what is there with transfer --abandon TARGET"
        case .planChanged:
            "use the options and the program of the first run, or remove what is there with transfer --abandon TARGET"
        case .nothingToAbandon: "see what the target holds with inspect TARGET"
        case .nothingToReport: "leave out --certificate and --report, and compare the two databases with verify"
        case .badRule(_, _, let remedy): remedy
        case .rulesForReplica: "leave out --rules, --on-mismatch, --lowercase-names and --nocase"
        case .misfits(let found):
            found.contains(where: \.isGiven)
                ? "make the values NULL, or set the rows aside: --on-mismatch null, quarantine; a given type is not widened"
                : "widen the columns, make the values NULL, or set the rows aside: --on-mismatch widen, null, quarantine"
        case .neverNull(let found):
            found.contains(where: \.isGiven)
                ? "set the rows aside with on_mismatch: quarantine"
                : "set the rows aside with on_mismatch: quarantine, or widen the columns"
        case .doesNotFit: "change the value in the source, or say what becomes of it with --on-mismatch"
        case .keyNotBuilt: "set the rows that repeat aside with --on-mismatch quarantine, or leave the table out"
        case .keysFold:
            "change one of each in the source, set the rows aside with --on-mismatch quarantine, or leave such columns text by a rule: "
                + "nocase: text"
        case .noSupport(_, _, let remedy): remedy
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
        case .rulesForReplica:
            return "a database is copied as it is into one of its own kind: there are no rules for that"
        case .badRule(let line, let problem, _): return "rules, line \(line): \(problem)"
        case .misfits(let found):
            return Self.list("values are not what their columns say", found)
        case .neverNull(let found):
            return Self.list("values would become NULL where none may be", found)
        case .doesNotFit(let table, let column, let key, let value, let type, let reason):
            return "\(table).\(column), row \(key): \(value) \(reason) (\(type))"
        case .keyNotBuilt(let table, let key, let reason): return "\(table): \(key) cannot be built: \(reason)"
        case .keysFold(let found):
            return Self.list("texts that are several to the source's key are one without regard to case", found)
        case .noSupport(let policy, let reason, _): return "--nocase \(policy.rawValue) is not possible: \(reason)"
        case .unfinished(let transfer): return transfer.description
        case .interrupted(let reason):
            let reason = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
            return "the transfer was interrupted: \(reason). What was done is kept, and the target marked as unfinished"
        case .stopped: return "it was stopped, and the databases are as they were"
        case .sourceChanged(let record):
            return "the source has changed since \(record.startedAt), when this transfer began: the rest would not fit"
        case .otherSource(let record, let now):
            return "the transfer of \(record.startedAt) that is to be gone on with reads \(record.source), not \(now)"
        case .planChanged(let record, let differences):
            let which = differences.isEmpty ? "" : ": " + differences.joined(separator: ", ")
            return
                "this run would do something else than the one of \(record.startedAt) that it is to go on with\(which)"
        case .nothingToAbandon: return "the target holds no unfinished transfer"
        case .nothingToReport(let record): return "\(record.completion): there is nothing left to write a report of"
        }
    }
    /// One on the same line, several on a line each.
    private static func list(_ heading: String, _ found: [some CustomStringConvertible]) -> String {
        found.count == 1 ? "\(heading): \(found[0])" : "\(heading):" + found.map { "\n  \($0)" }.joined()
    }
}
