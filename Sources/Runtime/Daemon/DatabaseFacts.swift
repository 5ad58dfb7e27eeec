import Dialects
import Migrator

/// The facts about a database: its product, its clock, and where its ledger stands against a history.
package struct DatabaseFacts: Sendable {
    /// The database's URL, without a password.
    package var url: String
    /// The database's product and version, such as `SQLite 3.46.1`.
    package var product: String
    /// Where the ledger stands against the history, in the words of `Position`.
    package var position: String
    package var time: String
    /// Why the audit log can't be trusted to keep what is written, as a sentence; `nil` if it can, or if the schema is not
    /// current.
    package var audit: String?

    /// Reads the facts of a database and changes nothing in it.
    ///
    /// - Throws: `DatabaseError`; `MigratorError` when the ledger does not match the history.
    package static func read(_ migrator: Migrator) async throws -> DatabaseFacts {
        // Connections that are open go on with a file that was moved away, so they would not tell.
        guard !migrator.database.isMissing else { throw Self.vanished(migrator.database.url) }
        let (product, time) = try await migrator.database.withConnection { connection in
            // Both databases know this expression; each writes the time in its own format.
            let time = try connection.queryValue("SELECT CAST(CURRENT_TIMESTAMP AS TEXT)")?.text
            return (connection.product, time.flatMap(Timestamp.init(parsing:))?.text ?? "")
        }
        let position = try await migrator.status().position
        let audit = position == .current ? try await AuditLog(database: migrator.database).objection() : nil
        return DatabaseFacts(
            url: "\(migrator.database.url)", product: product, position: position.code, time: time, audit: audit)
    }

    /// The error of a SQLite file that was there and is not there any more.
    package static func vanished(_ url: DatabaseURL) -> DatabaseError {
        DatabaseError(
            .unreachable, "\(url) has vanished",
            remedy: "stop the daemon, and put the file back or restore a backup (telec restore)")
    }

    var document: JSON {
        .object([
            ("url", .string(url)), ("product", .string(product)), ("position", .string(position)),
            ("time", .string(time)), ("audit", audit.map { .string($0) } ?? .null),
        ])
    }
}

/// The facts about what the daemon works with, for those who may read them.
package struct DaemonInspection: Sendable {
    let migrator: Migrator
    let stateFolder: String
}
