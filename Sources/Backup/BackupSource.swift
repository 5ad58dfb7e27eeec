import Dialects
import Migrator
import Transfer

/// The database that is copied: its kind, its position in the history, and the tables and columns that no migration declares.
struct BackupSource {
    var product: String
    /// The history up to the last migration that is applied to the database.
    var history: History
    /// The tables and columns that no migration declares.
    var undeclared: [String]

    var migrations: [String] { history.migrations.map(\.id) }
    var remarks: [String] { undeclared.map { "\($0) does not belong to the daemon: it is not copied" } }

    /// Reads the database.
    /// - Throws: `BackupError` if there is nothing to copy, or if the programs are of another version than the database.
    static func read(_ database: Database, _ history: History) async throws -> BackupSource {
        guard !database.isMissing else {
            throw BackupError(
                "no_database", "there is no database at \(database.url)",
                remedy: "name the right settings; a daemon that never ran has nothing to copy")
        }
        let position = try await Migrator(history: history, database: database).status().position
        let known = try applied(of: history, at: position)
        let (product, undeclared) = try await database.withConnection { connection in
            let found = try connection.dialect.inspect(connection).schema
            return (connection.product, Self.undeclared(in: found, beside: known.schema))
        }
        return BackupSource(product: product, history: known, undeclared: undeclared)
    }

    private static func applied(of history: History, at position: Position) throws -> History {
        switch position {
        case .current: return history
        case .behind(let pending):
            guard pending.count < history.migrations.count else {
                throw BackupError(
                    "no_database", "the database holds no data of the daemon",
                    remedy: "name the right settings; a daemon that never ran has nothing to copy")
            }
            let missing = Set(pending)
            return try History(history.migrations.filter { !missing.contains($0.id) })
        case .newer, .changed:
            throw BackupError(
                "other_version", "the database belongs to another version of the programs",
                remedy: "make the backup with that version's telec")
        }
    }

    private static func undeclared(in found: Schema, beside declared: Schema) -> [String] {
        found.tables.flatMap { table -> [String] in
            guard let known = declared[table.name] else {
                return OwnTables.names.contains(table.name) ? [] : [table.name]
            }
            let names = Set(known.columns.map(\.name))
            return table.columns.map(\.name).filter { !names.contains($0) }.map { "\(table.name).\($0)" }
        }
    }

    func transfer(from database: Database, to target: Database) -> HistoryTransfer {
        HistoryTransfer(from: database, to: target, into: history, ignoring: undeclared)
    }
}
