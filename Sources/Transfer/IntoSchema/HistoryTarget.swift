import Dialects
import Migrator

/// The state in which a transfer into a history finds its target.
enum HistoryTarget {
    /// The target is empty. The transfer migrates it, and removes everything again if it is refused.
    case empty
    /// The target has the history's own schema, at its end, made by an earlier transfer or by `up`. It belongs to somebody, so
    /// only rows are added, and only to tables that hold none.
    case migrated

    /// Reads the state of a target. Throws `TransferError.targetNotEmpty` for any other state, `MigratorError` if the target has
    /// another position in the history, `UnfinishedTransfer`, `HistoryError`, and `DatabaseError`.
    init(_ connection: any Connection, _ target: any TransferTarget, _ history: History) throws {
        try UnfinishedTransfer.requireNone(on: connection)
        let ledger = Ledger(connection: connection)
        let entries = try ledger.entries(of: history)
        guard !entries.isEmpty else {
            try TransferEngine.requireEmpty(connection, target)
            self = .empty
            return
        }
        switch try ledger.positionIfKnown(of: entries, in: history) {
        case .current: self = .migrated
        case .behind(let ids): throw MigratorError.behind(ids)
        case .newer(let ids): throw MigratorError.newer(ids)
        case .changed, nil:
            try TransferEngine.requireEmpty(connection, target)
            self = .empty
        }
    }
}

/// A migrated target, and this transfer's responsibility for it.
struct HistoryStanding: Sendable {
    /// Whether this transfer has migrated the target. It is then emptied again if the transfer is refused.
    var isNew: Bool
    /// The tables into which the migrations insert rows.
    var ownRows: Set<String>

    /// The error for tables that hold rows already.
    var refusal: @Sendable ([String]) -> SchemaTransferError {
        { names in isNew && ownRows.isSuperset(of: names) ? .filledByHistory(names) : .filled(names) }
    }
}
