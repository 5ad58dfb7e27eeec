import Dialects
import Migrator
import TCSettings

/// Tells a first start from one whose database has vanished, by recordings that are already there; and from one whose state folder has
/// vanished, by a database that knows recordings.
extension Daemon {
    /// Makes the SQLite file of a first start. Nothing else may make one, because a daemon whose file has vanished must not go on
    /// with an empty one.
    ///
    /// - Throws: `RuntimeError` if the state folder holds recordings; `DatabaseError`.
    func makeDatabase() async throws {
        let database = try open(access: .create, poolSize: 1)
        guard database.isMissing else { return }
        try requireNoRecordings(because: "\(database.url) does not exist")
        try await database.withConnection { _ in }
        await database.close()
    }

    /// Requires that recordings are not left to a database to which no migration was ever applied: theirs is another one.
    ///
    /// - Throws: `RuntimeError` if they are; the errors of `Migrator.status`.
    func requireRecordingsAreKnown(to database: Database) async throws {
        let lines = try await Migrator(history: options.history, database: database).status().lines
        guard lines.allSatisfy({ $0.state == .pending }) else { return }
        try requireNoRecordings(because: "\(database.url) is empty")
    }

    /// Requires that a state folder without recordings is not that of a database that knows some. Chunks would be acknowledged into another
    /// place than the rest of their recordings.
    ///
    /// - Parameter database: A database whose schema is current.
    /// - Throws: `RuntimeError` if it is; `DatabaseError`.
    func requireRecordings(of database: Database) async throws {
        try await MissingRecordings.refuse(in: try options.context.stateFolder(), of: database)
    }

    private func requireNoRecordings(because objection: String) throws {
        let folder = TranscriptStore.folder(in: try options.context.stateFolder())
        let count = TranscriptStore.count(in: folder)
        guard count > 0 else { return }
        throw RuntimeError(
            .failed,
            "\(objection), but \(folder) holds recordings (\(count)), whose sessions and audit log are in another database",
            remedy: "put that database back or restore a backup (telec restore); to begin anew, move \(folder) away")
    }
}
