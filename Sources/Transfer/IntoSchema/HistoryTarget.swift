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
    /// What stood in the target before it was migrated, without this program's own tables, and what after. What was there before came
    /// while the source was examined, and is somebody else's.
    var before: Set<String> = []
    var after: Set<String>?

    /// Returns the schema that the migrations made, and the names of everything that they made, which includes what their scripts
    /// made. If they failed, it is what the ledger says; `nil` if the ledger is another history's.
    func made(by history: History, _ connection: any Connection) throws -> (schema: Schema, names: Set<String>)? {
        if let after { return (history.schema, after.subtracting(before)) }
        let applied = Set(try Ledger(connection: connection).entries(of: history).map(\.id))
        let migrations = history.migrations.filter { applied.contains($0.id) }
        guard migrations.count == applied.count else { return nil }
        let schema = try history.schema(of: migrations)
        let names = OwnTables.names.union(schema.tables.map(\.name)).union(schema.views.map(\.name))
        return (schema, names.subtracting(before))
    }

    /// The error for tables that hold rows already.
    var refusal: @Sendable ([String]) -> SchemaTransferError {
        { names in isNew && ownRows.isSuperset(of: names) ? .filledByHistory(names) : .filled(names) }
    }
}
