import Dialects
import Migrator
import TCPOSIX
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

    /// Checks that the database holds nobody's data, that no daemon uses it, and that this role may fill it. Returns the number of
    /// migrations that are applied; 0 for a database without them.
    func requireFree() async throws -> Int {
        if let path = database.url.filePath { try StatePlace.requireFolder(of: path) }
        guard !database.isMissing else { return 0 }
        let applied = try await applied()
        try await database.withConnection { connection in
            let inTheWay = try inTheWay(applied, on: connection)
            guard inTheWay.isEmpty else { throw notEmpty(inTheWay) }
            try requireNoDaemon(connection)
            if applied > 0 { try requireRights(connection) }
        }
        return applied
    }

    /// Brings a database with `applied` migrations to the backup's position, and returns the tables whose rows are replaced. An empty
    /// database is left to the transfer, which removes its tables again if it fails.
    func prepare(_ applied: Int) async throws -> Set<String> {
        guard applied > 0 else { return [] }
        if let last = history.migrations.last, applied > history.migrations.count {
            var options = Migrator.Options()
            options.allowsDataLoss = true
            try await Migrator(history: whole, database: database, options: options).down(.to(last.id))
        } else {
            try await Migrator(history: history, database: database).up()
        }
        return Self.ownRows
    }

    /// Returns an error of a restore as one that says that the migrations of `prepare` remain, if they do.
    func named(_ error: any Error, _ before: Int) async -> any Error {
        // A task of its own reads the ledger also after an interruption, which cancels this one.
        let now = await Task { try? await applied() }.value
        guard let now, before > 0, now > 0, now != before else { return error }
        let ids = whole.migrations.map(\.id)
        return MigratedWithoutRows(cause: error, from: ids[before - 1], to: ids[now - 1])
    }

    // MARK: - What it holds

    /// The number of migrations that are applied, which are the first ones of the history.
    private func applied() async throws -> Int {
        let status = try await Migrator(history: whole, database: database).status()
        switch status.position {
        case .current, .behind:
            guard status.outOfOrder.isEmpty else { throw otherVersion }
            return status.lines.count { $0.state == .applied }
        case .newer, .changed: throw otherVersion
        }
    }

    /// Returns what must not be there: anything in a database without migrations, and in a migrated one the program's own tables that
    /// hold somebody's data. What others have made beside them stays.
    private func inTheWay(_ applied: Int, on connection: any Connection) throws -> [String] {
        guard applied > 0 else {
            return try database.transferDialect.existingObjects(ignoring: OwnTables.names, on: connection)
        }
        return try History(Array(whole.migrations.prefix(applied))).schema.tables.map(\.name).filter { table in
            if table == "audit_head" {
                let rows = try connection.query("SELECT seq FROM audit_head LIMIT 2")
                return rows.contains { $0["seq"]?.integer != 0 }
            }
            guard !Self.ownRows.contains(table) else { return false }
            return try !connection.query("SELECT 1 FROM \(identifier: table) LIMIT 1").isEmpty
        }
    }

    private func notEmpty(_ found: [String]) -> BackupError {
        BackupError(
            "not_empty",
            "the database \(database.url) is not empty: it holds \(found.prefix(3).joined(separator: ", "))",
            remedy: Self.nameAnother)
    }

    private var otherVersion: BackupError {
        BackupError(
            "other_version",
            "the database \(database.url) belongs to another version of the programs, or to another program",
            remedy: Self.nameAnother)
    }

    private static let nameAnother = "name an empty one in the settings, or with TELECLAUDE_DATABASE_URL"

    // MARK: - Who else uses it

    private func requireNoDaemon(_ connection: any Connection) throws {
        guard try !connection.isHeld(.daemon) else {
            throw BackupError(
                "daemon_running", "a daemon is using the database \(database.url)",
                remedy: "stop it (systemctl stop teleclauded.socket teleclauded.service), and run this again")
        }
    }

    /// Checks that this role may alter the tables that are there already: keys and triggers are set aside while they are filled.
    private func requireRights(_ connection: any Connection) throws {
        let others = try database.transferDialect.tablesOfOthers(among: whole.schema.tables.map(\.name), on: connection)
        guard let table = others.first else { return }
        throw BackupError(
            "forbidden", "this role may not fill the database \(database.url): \(table) belongs to another role",
            remedy: geteuid() == 0 ? Self.nameARole : "restore as root (sudo telec restore); or \(Self.nameARole)")
    }

    /// Root becomes the tables' owner by itself where the server on this machine lets it in. Elsewhere only a URL says who that is.
    private static let nameARole = """
        name a role that may become the tables' owner, with its password in TELECLAUDE_DATABASE_PASSWORD: \
        TELECLAUDE_DATABASE_URL='postgresql://teleclaude_migrator@HOST/NAME?options=-c%20role%3Dteleclaude_owner'
        """
}
