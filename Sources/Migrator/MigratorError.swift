import Dialects

/// The reason why a migration is refused. A refused migration has changed nothing.
public enum MigratorError: Error, Sendable, Equatable {
    /// The history has no migration with this id.
    case unknownID(String, known: [String])
    /// `down` was asked to stop at a migration that is not applied.
    case notApplied(String)
    /// Migrations were edited after they were applied.
    case changed([ChangedMigration])
    /// These migrations were edited, and their present operations can't be recorded for what was applied.
    case editMatters([String], EditConflict)
    /// The migration of this id replaces others, and the database has only some of them applied: these are missing.
    case partlyReplaced(by: String, missing: [String])
    /// The migration with this id replaces others, but does not make the schema that they have made.
    case replacesOthers(String, EditConflict)
    /// The database holds migrations that come after the last one of this history.
    case newer([String])
    /// These migrations are pending, and the program was told not to apply them.
    case behind([String])
    /// The live schema is not what its migrations declare. The value is the first difference.
    case drifted(SchemaDifference)
    /// The live schema is not what these migrations make, so they can't be recorded without being run.
    case otherSchema(upTo: String?, [SchemaDifference], UnrepeatedMigration?)
    /// The database is empty, so it holds nothing that migrations could have made.
    case nothingThere
    /// Migrations were to be recorded without being run, but the ledger already has some of them, of which this one is the last.
    case notFirst(last: String)
    /// The ledger has a migration that this history lacks, before one that it has.
    case unknownRow(String, before: String)
    /// A migration is pending that stands before an applied one.
    case outOfOrder(String, before: String)
    /// A pending migration stands before this applied one, and applying it afterwards would make a difference, or may make one.
    case orderMatters(String, after: String, OrderConflict)
    /// The migration declares that it can't be undone.
    case irreversible(String, because: String)
    /// The dialect has no SQL for an operation of this migration.
    case cannotLower(String, dialect: String, LoweringError)
    /// Rows or values would be lost. Consent lets the migration pass.
    case dataLoss(String, [MeasuredHazard])
    /// Rows do not fit what the migration declares, and must be corrected first.
    case rowsInTheWay(String, [MeasuredHazard])
    /// The connection has an open transaction, and a migration needs its own.
    case inTransaction
    /// One of several migrations was refused. Those before it are applied and stay.
    indirect case stopped(after: [String], MigratorError)
}

extension MigratorError {
    /// A stable word for the error, for programs.
    public var code: String {
        switch self {
        case .unknownID: "unknown_id"
        case .notApplied: "not_applied"
        case .changed: "changed"
        case .editMatters: "edit_matters"
        case .partlyReplaced: "partly_replaced"
        case .replacesOthers: "replaces_others"
        case .newer: "newer"
        case .behind: "behind"
        case .drifted: "drifted"
        case .otherSchema: "other_schema"
        case .nothingThere: "nothing_there"
        case .notFirst: "not_first"
        case .unknownRow: "unknown_row"
        case .outOfOrder: "out_of_order"
        case .orderMatters: "order_matters"
        case .irreversible: "irreversible"
        case .cannotLower: "not_possible_here"
        case .dataLoss: "data_loss"
        case .rowsInTheWay: "rows_in_the_way"
        case .inTransaction: "in_transaction"
        case .stopped(_, let error): error.code
        }
    }

    /// A remedy; `nil` if none is known.
    public var remedy: Remedy? {
        switch self {
        case .unknownID(let id, let known):
            .words(
                Suggestion.nearest(to: id, in: known).map { "did you mean \($0)?" }
                    ?? "the history has " + (known.isEmpty ? "no migrations" : known.joined(separator: ", ")))
        case .notApplied: .words("name one that is applied; status lists them")
        case .changed: .undoOrRecordEdit
        case .editMatters(_, .drift): .words("restore the live schema to what was applied, then try again")
        case .editMatters(_, .unreadable), .editMatters(_, .impossible), .editMatters(_, .otherSchema):
            .words("restore the migrations as they were, and make the change in a new one")
        case .partlyReplaced:
            .words("migrate the database to the last of them with an earlier program, which still has them")
        case .replacesOthers: .words("make its result the same as theirs, or put them back into the history")
        case .newer:
            .words(
                "use the program that applied them, or a later one; if they are another program's, give this one a file or a schema of its own"
            )
        case .behind, .nothingThere, .notFirst: .applyPending
        case .drifted: .listDifferences
        case .otherSchema: .declareWhatIsThere
        case .unknownRow: .words("use the program whose history contains it, or put the migration back into this one")
        case .outOfOrder(let id, _): .consentToOrder(id)
        case .orderMatters(let id, let other, _): .words("give \(id) an id and a place after \(other)")
        case .irreversible: .words("restore a backup instead")
        case .cannotLower(_, _, let error): error.remedy.map(Remedy.words)
        case .dataLoss(_, let hazards), .rowsInTheWay(_, let hazards): hazards.first?.hazard.remedy
        case .inTransaction: .words("commit it or roll it back first")
        case .stopped(_, let error): error.remedy
        }
    }
}

extension Hazard {
    fileprivate var remedy: Remedy {
        if isUndoing { return undoRemedy }
        return switch kind {
        case .needsValue:
            .words(
                "give the column a default, or .filling(…) for the rows that exist, or add it nullable and fill it first"
            )
        case .holdsNulls: .words("fill the rows first, or write .required(filling: …)")
        case .doesNotFit: .words("correct these values first, or give a conversion: .type(…, using: …)")
        case .repeats: .words("correct these rows first, or add columns to the unique key")
        case .breaks: .words("correct these rows first, or relax the check")
        case .orphans: .words("insert the rows that they refer to first, or delete these rows")
        case .indexes: .words("drop the index in the same migration")
        case .losesRows, .losesValues, .losesObjects, .notUndone: .consentToDataLoss
        }
    }

    /// The remedy where the operation undoes another one: what to write there, and record with `repair`.
    private var undoRemedy: Remedy {
        let record = "and record the edited migration with repair"
        return switch kind {
        case .needsValue: .words("give these rows a value: DropColumn(…, undoFilling: …), \(record)")
        case .holdsNulls: .words("fill the rows first, or write .nullable(undoFilling: …), \(record)")
        case .doesNotFit:
            .words("correct these values first, or give a conversion: .type(…, undo: …), \(record)")
        case .repeats, .breaks: .words("correct these rows first")
        case .orphans: .words("insert the rows that they refer to first, or delete these rows")
        case .indexes: .words("drop the index in a migration of its own first")
        case .losesRows, .losesValues, .losesObjects, .notUndone: .consentToDataLoss
        }
    }
}

extension MigratorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownID(let id, _): "there is no migration \(id)"
        case .notApplied(let id): "migration \(id) is not applied"
        case .changed(let migrations):
            migrations.map { "migration \($0.id) was edited after it was applied: \($0.difference)" }
                .joined(separator: "; ")
        case .editMatters(let ids, let conflict):
            "\(ids.joined(separator: ", ")): the edit can't be recorded: \(conflict)"
        case .partlyReplaced(let id, let missing):
            "migration \(id) replaces others, and the database lacks \(missing.joined(separator: ", ")) of them"
        case .replacesOthers(let id, let conflict):
            "migration \(id) can't be recorded in place of those that it replaces: \(conflict)"
        case .newer(let ids):
            "the database holds migrations that this program does not know: \(ids.joined(separator: ", "))"
        case .behind(let ids): "the database lacks the migrations \(ids.joined(separator: ", "))"
        case .drifted(let difference): "the live schema differs from the declared one: \(difference)"
        case .otherSchema(let id, let differences, let unrepeated):
            "the live schema is not what the migrations\(id.map { " up to \($0)" } ?? "") make:\n"
                + (differences.map(\.description) + (unrepeated.map { ["\($0)"] } ?? [])).map { "  \($0)" }
                .joined(separator: "\n")
        case .nothingThere: "the database is empty, so there is nothing to record"
        case .notFirst(let last):
            "the database's ledger already has migrations, up to \(last): the later ones have to be applied"
        case .unknownRow(let id, let later):
            "the database holds migration \(id), which this history does not know, before \(later)"
        case .outOfOrder(let id, let applied):
            "migration \(id) is not applied, and \(applied), which comes after it, is"
        case .orderMatters(let id, let other, let conflict):
            "migration \(id) can't be applied after \(other), which comes after it: \(conflict)"
        case .irreversible(let id, let reason): "migration \(id): \(reason)"
        case .cannotLower(let id, let dialect, let error):
            "migration \(id) is not possible on \(dialect): \(error.place): \(error.reason)"
        case .dataLoss(let id, let hazards), .rowsInTheWay(let id, let hazards):
            "migration \(id) is refused: " + hazards.map(\.description).joined(separator: "; ")
        case .inTransaction: "the connection has a transaction open, and a migration needs its own"
        case .stopped(let done, let error):
            "\(error) (\(done.joined(separator: ", ")) \(done.count == 1 ? "was" : "were") done before it and "
                + "\(done.count == 1 ? "stays" : "stay") so)"
        }
    }
}

extension MeasuredHazard: CustomStringConvertible {
    public var description: String {
        let place = [hazard.table, hazard.column].compactMap { $0 }.joined(separator: ".")
        let count = rows.counted("row", "rows")
        let hold = rows == 1 ? "holds" : "hold"
        let shown = examples.isEmpty ? "" : " (\(examples.map { "'\($0)'" }.joined(separator: ", ")))"
        return switch hazard.kind {
        case .losesRows: "table \(place) would be dropped with \(count)"
        case .losesObjects:
            "\(place) would be dropped with \(rows.counted("undeclared object", "undeclared objects"))\(shown)"
        case .indexes(let index): "\(place): index \(index) does not accept \(count)\(shown)"
        case .notUndone:
            "\(place) would keep its present values in \(count), because the earlier ones are not known\(shown)"
        case .breaks(let check): "\(place): check \(check) does not accept \(count)\(shown)"
        case .orphans(let parent):
            "\(place) refers to \(parent), and \(count) \(rows == 1 ? "refers" : "refer") to none of its rows\(shown)"
        case .losesValues: "column \(place) would be dropped with its values in \(count)"
        case .needsValue: "\(place) is required, and has no value for the existing \(count)"
        case .holdsNulls: "\(place) becomes required, and \(count) \(hold) NULL\(shown)"
        case .repeats:
            "\(place) (\(hazard.keys.joined(separator: ", "))) becomes unique, and \(count) repeat values\(shown)"
        case .doesNotFit(let type): "\(place) becomes \(type), and \(count) \(hold) a value that does not fit\(shown)"
        }
    }
}

/// A migration that failed while it ran. The migrations before it stay.
public struct MigrationFailure: Error, Sendable {
    /// The state in which the migration's statements were left.
    public enum Ending: String, Sendable {
        /// Nothing of the migration stays.
        case rolledBack = "rolled_back"
        /// The connection broke during the commit: either the whole migration is applied, or nothing of it.
        case unknown
        /// The migration ended its own transaction. Its first statements may stay, and the ledger does not know of it.
        case notRolledBack = "not_rolled_back"
        /// The migration is online, so it has no transaction. The results of the steps before the failure stay, and the next `up`
        /// or `down` continues from there.
        case goesOn = "goes_on"
    }

    /// The migrations that were applied before the failure in the same run.
    public var applied: [String]
    /// The id of the migration that failed.
    public var failed: String
    /// Whether the database held no migration when this one began. Only then can a schema that is there already be recorded
    /// (``Migrator/Migrator/baseline(to:)``).
    public var isFirst = false
    /// The statement of the migration that failed, counted from 1, or the one before which a question to the
    /// database failed; 0 if that was so before the first statement. It is the last one if what follows them all failed: the ledger's
    /// row, or the commit.
    public var statement: Int
    /// The database's error. Its kind is `raised` for an error that a data step threw itself.
    public var cause: DatabaseError
    /// The state in which the migration's earlier statements were left.
    public var ending: Ending
    /// Half of what an online migration's statement makes, or takes away, which could not be removed: `the invalid index notes_owner_idx`.
    public var leftover: String?
    /// The name of the data step that failed, or whose undo failed; `nil` if another operation failed.
    public var dataStep: String?
    /// The error that the data step threw.
    public var thrown: (any Error)?

    /// A remedy; `nil` if none is known.
    public var remedy: Remedy? {
        switch ending {
        case .rolledBack where cause.kind == .exists && dataStep == nil:
            isFirst
                ? .takeOver : .words("rename one of the two objects, or drop the one that is there if nobody needs it")
        case .rolledBack, .notRolledBack, .goesOn:
            (cause.remedy ?? (cause.kind == .interrupted ? "run it again to continue" : nil)).map(Remedy.words)
        case .unknown: .askForStatus
        }
    }
}

extension DatabaseError {
    /// Expresses an error that a data step threw as a database error.
    init(thrown error: any Error) {
        switch error {
        case let error as DatabaseError: self = error
        case is CancellationError: self.init(.interrupted, "the data step was cancelled")
        case let error: self.init(.raised, "\(error)")
        }
    }
}

extension MigrationFailure: CustomStringConvertible {
    public var description: String {
        let place =
            "migration \(failed) \(cause.kind == .interrupted ? "was stopped" : "failed") "
            + (dataStep.map { "in the data step \"\($0)\"" }
                ?? (statement == 0 ? "before its first statement" : "at statement \(statement)"))
        return switch ending {
        case .rolledBack: "\(place) and was rolled back: \(cause.sentence)"
        case .unknown:
            "\(place), and it is not known whether it was applied, because the connection broke during the commit: "
                + cause.sentence
        case .notRolledBack: "\(place) and was not rolled back as a whole: \(cause.sentence)"
        case .goesOn: "\(place)\(remains), and the next attempt continues from there: \(cause.sentence)"
        }
    }

    private var remains: String {
        let parts = (statement > 1 ? ["the result of the earlier steps"] : []) + [leftover].compactMap { $0 }
        return parts.isEmpty ? "" : "; \(parts.joined(separator: " and ")) \(parts.count == 1 ? "stays" : "stay")"
    }
}
