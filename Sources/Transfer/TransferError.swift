import Dialects

/// The reason why a transfer did not take place. The target is then as it was, unless the case says otherwise.
public enum TransferError: Error, Equatable, Sendable {
    /// Source and target are the same database.
    case oneDatabase
    /// The target already holds these tables, views or sequences.
    case targetNotEmpty([String])
    /// The source has no table with this name, but perhaps one with a name that is near.
    case noSuchTable(String, nearest: String?)
    /// A comparison was asked to leave out a table that neither database has.
    case inNeither(String, nearest: String?)
    /// The source has tables, and the options and rules leave all of them out.
    case nothingSelected
    /// The rules name a table or column that does not exist, or contradict themselves. `line` is the line in their
    /// file.
    case badRule(line: Int, problem: String, remedy: String)
    /// Rules were given for a transfer between two databases of one kind, which copies everything as it is.
    case rulesForSameEngineCopy
    /// Values do not fit their columns' types, and the policy is `fail`.
    case incompatibleValues([IncompatibleValues])
    /// Values would become NULL in columns that are required.
    case neverNull([IncompatibleValues])
    /// The target can't hold this value in the type that its column got.
    case doesNotFit(table: String, column: String, key: String, value: String, type: String, reason: String)
    /// The source's rows violate a key as the target understands it.
    case keyNotBuilt(table: String, key: String, reason: String)
    /// Rows that a key of the source distinguishes are equal if case is ignored.
    case keysFold([FoldedKey])
    /// These tables and unique indexes of the source need functions or collations that only its application has, and a copy into a
    /// database of the same kind can't be made without them.
    case needsApplication([Omission])
    /// The target lacks the support that a policy for case needs.
    case noSupport(NocasePolicy, reason: String, remedy: String)
    /// The target holds the unfinished transfer of another run.
    case unfinished(UnfinishedTransfer)
    /// The run was interrupted. What was done stays, and is marked as unfinished. `cause` is the database's error; `nil` if the
    /// task was cancelled.
    case interrupted(reason: String, cause: DatabaseError?)
    /// The run was stopped. It had changed nothing, or everything was undone.
    case stopped
    /// The connection broke during the commit that writes all rows: either all of them are in the target, or none.
    case outcomeUnknown(reason: String, cause: DatabaseError?)
    /// The source has changed since the interrupted run read it. The details end the sentence which says so.
    case sourceChanged(TransferRecord, details: String)
    /// A run would resume a transfer from another source.
    case otherSource(TransferRecord, now: String)
    /// A run would resume a transfer, which may be complete, with another plan.
    case planChanged(TransferRecord, [PlanChange])
    /// Somebody has removed these tables or views, which the unfinished transfer had made.
    case madeObjectsGone([String])
    /// Somebody has removed the record of the running transfer, which failed for this reason. What is left of what it made can be neither
    /// resumed nor abandoned.
    case recordGone(left: [String], reason: String)
    /// The target holds no unfinished transfer.
    case nothingToAbandon
    /// An earlier run completed the transfer, and the details for its report are no longer stored.
    case nothingToReport(TransferRecord)
}

extension TransferError {
    /// A stable word for the error, for programs.
    public var code: String {
        switch self {
        case .oneDatabase: "one_database"
        case .targetNotEmpty: "target_not_empty"
        case .noSuchTable, .inNeither: "no_such_table"
        case .nothingSelected: "nothing_selected"
        case .badRule: "bad_rule"
        case .rulesForSameEngineCopy: "rules_for_replica"
        case .incompatibleValues: "misfits"
        case .neverNull: "never_null"
        case .doesNotFit: "does_not_fit"
        case .keyNotBuilt: "key_not_built"
        case .keysFold: "keys_fold"
        case .needsApplication: "needs_application"
        case .noSupport: "no_support"
        case .unfinished(let transfer): transfer.code
        case .interrupted: "interrupted"
        case .stopped: "stopped"
        case .outcomeUnknown: "outcome_unknown"
        case .sourceChanged: "source_changed"
        case .otherSource: "other_source"
        case .planChanged: "plan_changed"
        case .madeObjectsGone: "tables_gone"
        case .recordGone: "record_gone"
        case .nothingToAbandon: "nothing_to_abandon"
        case .nothingToReport: "nothing_to_report"
        }
    }
}

extension TransferError: CustomStringConvertible {
    /// The refusal and its place. The program adds the remedy, in terms of its own commands.
    public var description: String {
        switch self {
        case .oneDatabase: return "source and target are the same database"
        case .targetNotEmpty(let names):
            return "the target is not empty: it holds \(names.listed(upTo: 5))"
        case .noSuchTable(let name, _): return "the source has no table \(name)"
        case .inNeither(let name, _): return "neither database has a table \(name)"
        case .nothingSelected: return "every table of the source is left out, so there is nothing to transfer"
        case .rulesForSameEngineCopy:
            return "a copy into a database of the same kind changes nothing, so rules do not apply"
        case .badRule(let line, let problem, _): return "rules, line \(line): \(problem)"
        case .incompatibleValues(let found):
            return Self.list("values are incompatible with their columns' types", found)
        case .neverNull(let found):
            return Self.list("values would become NULL in columns that allow none", found)
        case .doesNotFit(let table, let column, let key, let value, let type, let reason):
            return "\(table).\(column), row \(key): \(value) \(reason) (\(type))"
        case .keyNotBuilt(let table, let key, let reason): return "\(table): \(key) cannot be built: \(reason)"
        case .keysFold(let found):
            return Self.list("key values that differ only in case would become duplicates", found)
        case .needsApplication(let found):
            return Self.list(
                "only their application can make these",
                found.map { object in
                    let table = object.table.map { "\($0)." } ?? ""
                    return "\(table)\(object.name): \(object.reason)"
                })
        case .noSupport(let policy, let reason, _):
            return "comparing without regard to case by \(policy.rawValue) is not possible: \(reason)"
        case .unfinished(let transfer): return transfer.description
        case .interrupted(let reason, _):
            let reason = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
            return
                "the transfer was interrupted: \(reason). The finished part is kept, and the target is marked as unfinished"
        case .outcomeUnknown(let reason, _):
            return
                "it is not known whether the rows are in the target, all of them or none, because the connection broke during the commit: \(reason)"
        case .stopped: return "it was stopped, and the databases are unchanged"
        case .sourceChanged(let record, let details):
            return "the source has changed since \(record.startedAt), when this transfer began, \(details)"
        case .otherSource(let record, let now):
            return "the unfinished transfer of \(record.startedAt) reads \(record.source), not \(now)"
        case .planChanged(let record, let changes): return Self.otherPlan(record, changes.map(\.description))
        case .madeObjectsGone(let names):
            return "the target no longer holds all that the unfinished transfer has made: \(names.listed(upTo: 5))"
        case .recordGone(let left, let reason):
            let rest = left.isEmpty ? "nothing" : left.listed(upTo: 50)
            return
                "somebody has removed the record of the transfer from the target, so that nothing can continue or undo it: \(reason). What this run made that is still there: \(rest)"
        case .nothingToAbandon: return "the target holds no unfinished transfer"
        case .nothingToReport(let record): return "\(record.completion): it has nothing left to report"
        }
    }

    /// Returns the description of `planChanged`, with a sentence for each change.
    package static func otherPlan(_ record: TransferRecord, _ changes: [String]) -> String {
        let which = changes.isEmpty ? "" : ": " + changes.joined(separator: ", ")
        switch record.state {
        case .complete: return "the transfer of \(record.startedAt) is complete, and was planned differently\(which)"
        case .loading, .building, .verifying:
            return "the transfer of \(record.startedAt) was planned differently, so this run cannot resume it\(which)"
        }
    }

    /// Returns one item on the same line as the heading, and several items on a line each.
    private static func list(_ heading: String, _ found: [some CustomStringConvertible]) -> String {
        found.count == 1 ? "\(heading): \(found[0])" : "\(heading):" + found.map { "\n  \($0)" }.joined()
    }
}
