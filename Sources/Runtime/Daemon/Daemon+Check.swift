import Dialects
import Migrator
import TCSettings

extension Daemon {
    /// Looks at settings, database and schema, and serves nothing. Returns what it could not look at; `nil` when that is nothing.
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

    /// A role that may make no schema can't make the one that the database's is compared with. That is how a daemon should be, which
    /// must not be able to change its audit log: what is pending it sees all the same.
    private func checkSchema(of database: Database) async throws -> String? {
        let migrator = Migrator(history: options.history, database: database)
        do {
            try await migrator.start(.check, log)
            return nil
        } catch let error as DatabaseError where error.kind == .permission {
            try await migrator.start(.refuseIfBehind, log)
            return "whether somebody has changed the tables since was not looked at: \(error)"
        }
    }

    static func unguarded(_ objection: String) -> RuntimeError {
        RuntimeError(
            .auditUnavailable, "the audit log is not guarded as it was made: \(objection)",
            remedy: "find out who did this, and put the tables right")
    }

    /// Whoever can change the database, the recordings or the socket is the daemon: they are trusted by the rule that settings are.
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
