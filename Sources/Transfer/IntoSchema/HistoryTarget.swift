import Dialects
import Migrator

/// The state in which a transfer into a history finds its target.
enum HistoryTarget: Equatable {
    /// The target is empty. The transfer migrates it, and removes everything again if it is refused.
    case empty
    /// The target has the history's own schema, at its end, made by an earlier transfer or by `up`. It belongs to somebody, so
    /// only rows are added, and only to tables that hold none.
    case migrated
    /// An interrupted transfer has begun to migrate the target, and nobody has changed or migrated it since. What it made is this
    /// transfer's as if it had been made now.
    case begun(FillingNote)
    /// An interrupted transfer has migrated the target, and somebody else has changed or migrated it since. It is theirs, as a migrated one is.
    case used

    /// Whether the transfer migrates the target, and removes everything again if it is refused.
    var isOwn: Bool {
        switch self {
        case .empty, .begun: true
        case .migrated, .used: false
        }
    }

    /// What an interrupted transfer has made in the target, as long as it is nobody else's.
    var made: Set<String> {
        switch self {
        case .empty, .migrated, .used: []
        case .begun(let note): note.made
        }
    }

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
        let note = try FillingNote.read(connection)
        func isUntouched(_ note: FillingNote) throws -> Bool {
            try note.changed(after: entries, of: history, target, connection).isEmpty
        }
        switch try ledger.positionIfKnown(of: entries, in: history) {
        case .current:
            guard let note else {
                self = .migrated
                return
            }
            self = try isUntouched(note) ? .begun(note) : .used
        case .behind(let ids):
            guard let note, try isUntouched(note) else { throw MigratorError.behind(ids) }
            self = .begun(note)
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
    /// Whether an interrupted transfer had migrated it, and somebody else uses it now.
    var isUsed = false
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
        { names in
            guard isNew && ownRows.isSuperset(of: names) else { return isUsed ? .inUse(names) : .filled(names) }
            return .filledByHistory(names)
        }
    }
}
