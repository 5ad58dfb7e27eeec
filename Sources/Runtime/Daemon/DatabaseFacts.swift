import Dialects
import Migrator

/// The facts about a database: its product, its clock, and where its ledger stands against a history.
public struct DatabaseFacts: Sendable {
    /// The database's URL, without a password.
    public var url: String
    /// The database's product and version, such as `SQLite 3.46.1`.
    public var product: String
    /// Where the ledger stands against the history, in the words of `Position`.
    public var position: String
    public var time: String

    /// Reads the facts of a database and changes nothing in it.
    ///
    /// - Throws: `DatabaseError`; `MigratorError` when the ledger does not match the history.
    public static func read(_ migrator: Migrator) async throws -> DatabaseFacts {
        let (product, time) = try await migrator.database.withConnection { connection in
            // Both databases know this expression; each writes the time in its own format.
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

/// The facts about what the daemon works with, for those who may read them.
public struct DaemonInspection: Sendable {
    let migrator: Migrator
    let stateFolder: String
}
