import Dialects
import Migrator

/// What a database is, what its clock says, and where it stands against a history.
public struct DatabaseFacts: Sendable {
    /// Without a password.
    public var url: String
    /// `SQLite 3.46.1`.
    public var product: String
    /// In the words of `Position`.
    public var position: String
    public var time: String

    /// Changes nothing. Throws `DatabaseError`, and `MigratorError` when the ledger does not go with the history.
    public static func read(_ migrator: Migrator) async throws -> DatabaseFacts {
        let (product, time) = try await migrator.database.withConnection { connection in
            // Both databases write it, in spellings of their own.
            let time = try connection.queryValue("SELECT CAST(CURRENT_TIMESTAMP AS TEXT)")?.text
            return (connection.product, time.flatMap(Timestamp.init(parsing:))?.text ?? "")
        }
        return DatabaseFacts(
            url: "\(migrator.database.url)", product: product, position: try await migrator.status().position.code,
            time: time)
    }

    var document: JSON {
        .object([
            ("url", .string(url)), ("product", .string(product)), ("position", .string(position)),
            ("time", .string(time)),
        ])
    }
}

/// What the daemon works with, for who may look at it.
public struct DaemonInspection: Sendable {
    let migrator: Migrator
    let stateFolder: String
}
