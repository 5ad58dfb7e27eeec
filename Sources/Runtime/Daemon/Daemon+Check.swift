import Dialects
import Migrator
import TCSettings

extension Daemon {
    /// Checks settings, database and schema without serving anything. Returns a description of the checks that could not be
    /// made; `nil` if all were made.
    public func check() async throws -> String? {
        let database = try open(access: .readOnly)
        logStart(socket: nil)
        try SHA256.load()
        try checkPlaces(socket: nil)
        for remark in try directory(loaded.settings).remarks { logger.warning("\(remark)") }
        let uncompared = try await checkSchema(of: database)
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

    static func unguarded(_ objection: String) -> RuntimeError {
        RuntimeError(
            .auditUnavailable, "the audit log's guards have been changed: \(objection)",
            remedy: "find out who changed them, and repair the tables")
    }

    /// Checks who can change the database, the recordings and the socket: whoever can do so has the daemon's power. These
    /// places are therefore trusted by the same rule as settings.
    func checkPlaces(socket: String?) throws(SettingsError) {
        let uid = options.context.uid
        try TrustedPlace.check(try options.context.stateFolder(), for: "what sessions have said", by: uid)
        if let path = loaded.settings.database.filePath, path.hasPrefix("/") {
            let endings = ["-wal", "-shm", "-journal", ".daemon"]
            try TrustedPlace.check(path, endings: endings, for: "the daemon's database", by: uid)
        }
        if let socket, socket.hasPrefix("/") {
            try TrustedPlace.check(Folder.above(socket), for: "who answers at the daemon's socket", by: uid)
        }
    }
}
