import Dialects
import Migrator
import TCRuntime
import Transfer

/// The database that a restore fills. It holds nothing, or only what migrations and a daemon without users leave: then its tables stay,
/// with their owners and rights, and get the backup's rows.
struct RestoreTarget: Sendable {
    let database: Database
    /// The history up to the backup's position.
    let history: History
    /// The history of this program.
    let whole: History

    /// The tables into which migrations and a daemon's start write.
    private static let ownRows: Set<String> = ["daemon_lease", "audit_head", "system_settings"]

    /// Checks that the database holds nobody's data, that no daemon uses it, and that this role may fill it.
    func requireFree() async throws {
        if let path = database.url.filePath { try StatePlace.requireFolder(of: path) }
        guard !database.isMissing else { return }
        guard try await isFresh() else { throw await notEmpty() }
        try await requireNoDaemon()
        try await requireRights()
    }

    /// Brings the database to the backup's position, and returns the tables whose rows are replaced.
    func prepare() async throws -> Set<String> {
        guard !database.isMissing, try await applied() > 0 else { return [] }
        let last = history.migrations.last?.id ?? ""
        if try await applied() > history.migrations.count {
            var options = Migrator.Options()
            options.allowsDataLoss = true
            try await Migrator(history: whole, database: database, options: options).down(.to(last))
        } else {
            try await Migrator(history: history, database: database).up()
        }
        return Self.ownRows
    }

    // MARK: - What it holds

    /// The number of migrations that are applied; 0 for a database without them.
    private func applied() async throws -> Int {
        try await Migrator(history: whole, database: database).status().lines.count { $0.state == .applied }
    }

    /// Whether the database is empty, or has only the tables of this program, all of them or those of the first migrations, and no
    /// audit log was begun in it.
    private func isFresh() async throws -> Bool {
        guard let status = try? await Migrator(history: whole, database: database).status(), status.outOfOrder.isEmpty
        else { return false }
        switch status.position {
        case .current, .behind: break
        case .newer, .changed: return false
        }
        let applied = status.lines.count { $0.state == .applied }
        let dialect = database.transferDialect
        return try await database.withConnection { connection in
            guard applied > 0 else {
                return try dialect.existingObjects(ignoring: OwnTables.names, on: connection).isEmpty
            }
            let tables = try History(Array(whole.migrations.prefix(applied))).schema.tables.map(\.name)
            return try filled(tables, on: connection).isEmpty
        }
    }

    /// Returns the tables that hold somebody's data.
    private func filled(_ tables: [String], on connection: any Connection) throws -> [String] {
        try tables.filter { table in
            if table == "audit_head" {
                let rows = try connection.query("SELECT seq FROM audit_head LIMIT 2")
                return rows.contains { $0["seq"]?.integer != 0 }
            }
            guard !Self.ownRows.contains(table) else { return false }
            return try !connection.query("SELECT 1 FROM \(identifier: table) LIMIT 1").isEmpty
        }
    }

    private func notEmpty() async -> any Error {
        do {
            let (dialect, tables) = (database.transferDialect, whole.schema.tables.map(\.name))
            let found = try await database.withConnection { connection in
                let there = try dialect.existingObjects(ignoring: OwnTables.names, on: connection)
                let others = there.filter { !tables.contains($0) && !OwnTables.names.contains($0) }
                let own = try filled(there.filter(tables.contains), on: connection)
                // A database of another version may hold no rows.
                return [others, own, there].first { !$0.isEmpty } ?? []
            }
            return BackupError(
                "not_empty",
                "the database \(database.url) is not empty: it holds \(found.prefix(3).joined(separator: ", "))",
                remedy: "name an empty one in the settings, or with TELECLAUDE_DATABASE_URL")
        } catch {
            return error
        }
    }

    // MARK: - Who else uses it

    private func requireNoDaemon() async throws {
        try await database.withConnection { connection in
            guard let lock = try connection.hold(.daemon) else {
                throw BackupError(
                    "daemon_running", "a daemon is using the database \(database.url)",
                    remedy: "stop it (systemctl stop teleclauded.socket teleclauded.service), and run this again")
            }
            lock.release()
        }
    }

    /// Checks by a trial, which is taken back, that this role may alter tables that are there already. A file has no roles.
    private func requireRights() async throws {
        guard database.url.filePath == nil, try await applied() > 0 else { return }
        let (target, schema) = (database.transferDialect, whole.schema)
        do {
            try await database.withConnection { connection in
                try target.trying(on: connection) {
                    let names = try target.existingObjects(ignoring: [], on: connection)
                    let tables = schema.tables.map(\.name).filter(names.contains)
                    let views = schema.views.map(\.name).filter(names.contains)
                    for statement in target.remove(tables: tables, views: views) {
                        try connection.executeScript(statement)
                    }
                }
            }
        } catch let error as DatabaseError where error.kind == .permission {
            throw BackupError(
                "forbidden", "this role may not fill the database \(database.url): \(error.message)",
                remedy: "restore as root (sudo telec restore), or as the tables' owner with TELECLAUDE_DATABASE_URL")
        }
    }
}
