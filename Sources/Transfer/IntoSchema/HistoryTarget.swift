import Dialects
import Migrator

/// What a transfer into a history finds in its target.
enum HistoryTarget {
    /// Nothing: the transfer migrates it, and takes everything away again where it is refused.
    case empty
    /// The history's own schema, at its end, as an earlier transfer or `up` has left it. It is somebody's: nothing but rows is
    /// added, and only to tables that hold none.
    case migrated

    /// Throws `TransferError.targetNotEmpty` for anything else, `MigratorError` where the target stands elsewhere in the history,
    /// `UnfinishedTransfer`, and `DatabaseError`.
    init(_ connection: any Connection, _ target: any TransferTarget, _ history: History) throws {
        try UnfinishedTransfer.requireNone(on: connection)
        let ledger = Ledger(connection: connection)
        let entries = try ledger.entries(of: history)
        guard !entries.isEmpty else {
            try TransferEngine.requireEmpty(connection, target)
            self = .empty
            return
        }
        switch try? ledger.position(of: entries, in: history) {
        case .current: self = .migrated
        case .behind(let ids): throw MigratorError.behind(ids)
        case .newer(let ids): throw MigratorError.newer(ids)
        case .changed, nil:
            try TransferEngine.requireEmpty(connection, target)
            self = .empty
        }
    }
}

/// A target that is migrated, and what this transfer has to do with that.
struct HistoryStanding: Sendable {
    /// Whether this transfer has migrated it: it is then empty again where the transfer is refused.
    var isNew: Bool
    /// The tables into which the migrations put rows.
    var ownRows: Set<String>

    /// What is thrown where tables hold rows.
    var refusal: @Sendable ([String]) -> SchemaTransferError {
        { names in isNew && ownRows.isSuperset(of: names) ? .filledByHistory(names) : .filled(names) }
    }
}
