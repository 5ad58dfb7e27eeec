import Dialects
import Migrator
import TCPOSIX
import TCSettings

extension Daemon {
    /// Checks settings, database and schema without serving anything. Returns a description of the checks that could not be
    /// made; `nil` if all were made.
    package func check() async throws -> String? {
        let database = try open(access: .readOnly)
        logStart(socket: nil)
        try SHA256.load()
        try checkPlaces(socket: nil)
        try checkAccess()
        for remark in try directory(loaded.settings).remarks { logger.warning("\(remark)") }
        let uncompared = try await checkSchema(of: database)
        try await requireRecordings(of: database)
        let objection = try await AuditLog(database: database).objection()
        await database.close()
        if let objection { throw Self.unguarded(objection) }
        return uncompared
    }

    /// Compares the database's schema with a reference schema, which it makes in the database. A role that may create no schema
    /// can't make the reference. The daemon's role should be such a role, because the daemon must not be able to change its
    /// audit log. Pending migrations are found even then.
    private func checkSchema(of database: Database) async throws -> String? {
        let migrator = Migrator(history: options.history, database: database)
        do {
            try await migrator.start(.check, log)
            return nil
        } catch let error as DatabaseError where error.kind == .permission {
            try await migrator.start(.refuseIfBehind, log)
            return "later changes to the tables were not checked: \(error)"
        }
    }

    /// Checks that this account may write where the daemon has to: a start would fail, or no session could be recorded.
    private func checkAccess() throws(SettingsError) {
        let (uid, state) = (options.context.uid, try options.context.stateFolder())
        try NeededAccess.check(state, for: "the daemon's state", by: uid)
        try NeededAccess.check(TranscriptStore.folder(in: state), for: "what sessions have said", by: uid)
        guard let path = loaded.settings.database.filePath, path.hasPrefix("/") else { return }
        try NeededAccess.check(path, endings: Self.databaseEndings, for: "the daemon's database", by: uid)
    }

    /// The endings of the files beside a SQLite database: SQLite's own, and the lock's.
    private static let databaseEndings = ["-wal", "-shm", "-journal", ".daemon"]

    static func unguarded(_ objection: String) -> RuntimeError {
        RuntimeError(
            .auditUnavailable, "the audit log's guards have been changed: \(objection)",
            remedy: "find out who changed them, and repair the tables")
    }

    /// Checks that the database's file has no second name: the lock and SQLite's own files belong to a name, so two daemons could
    /// serve one file.
    private static func requireOneName(_ path: String) throws(SettingsError) {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_nlink > 1 else { return }
        throw SettingsError(
            .severalNames, at: path,
            "the database's file has \(facts.st_nlink) names (hard links), and may have only one",
            remedy: "remove the others: find -samefile names them")
    }

    /// Checks who can change the database, the recordings and the socket: whoever can do so has the daemon's power. These
    /// places are therefore trusted by the same rule as settings.
    func checkPlaces(socket: String?) throws(SettingsError) {
        let uid = options.context.uid
        try TrustedPlace.check(try options.context.stateFolder(), for: "what sessions have said", by: uid)
        if let path = loaded.settings.database.filePath, path.hasPrefix("/") {
            try TrustedPlace.check(path, endings: Self.databaseEndings, for: "the daemon's database", by: uid)
            try Self.requireOneName(path)
        }
        if let socket, socket.hasPrefix("/") {
            try TrustedPlace.check(Path.folder(of: socket), for: "who answers at the daemon's socket", by: uid)
        }
    }
}
