import Dialects
import Migrator
import TCSettings

/// The installation of the daemon's database on a PostgreSQL server: it examines the server, and carries out steps there.
package struct ServerInstallation: Sendable {
    /// The URL by which the daemon connects, without a password.
    private let url: String
    private let database: String
    private let roles: PostgreSQLRoles
    private let admin: ServerAdmin
    private let installation: Installation
    private let history: History

    /// - Throws: `MachineError` and `DatabaseError` for a URL that will not do.
    package init(
        _ url: String, admin: DatabaseURL?, _ installation: Installation, _ history: History
    ) throws {
        let parsed = try DatabaseURL(parsing: url)
        self.admin = try ServerAdmin(of: parsed, admin: admin)
        guard case .postgresql(let parameters) = parsed.target, let database = parameters["dbname"] else {
            throw MachineError(
                .noDatabase, "the URL names no database", remedy: "write postgresql:///\(installation.layout.account)"
            )
        }
        let app = parameters["user"] ?? installation.layout.account
        guard app.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }),
            app.first?.isNumber == false
        else {
            throw MachineError(
                .badRole, "the role \(app) has a name that needs quotes", remedy: "name one of letters, digits and _")
        }
        (self.url, self.database, self.installation, self.history) = (url, database, installation, history)
        roles = .teleClaude(app: app)
    }

    // MARK: - Looking

    /// Returns the plan for the server, and changes nothing.
    ///
    /// - Throws: `MachineError`, `DatabaseError`, `MigratorError` and `SettingsError`.
    package func plan() async throws -> ServerPlan {
        let (roles, history) = (roles, history)
        let server = try await admin.with { try await $0.withConnection { try PostgreSQLRights(roles, on: $0) } }
        var found = ServerPlan.Found(
            server: server, tables: nil, pending: history.migrations.map(\.id), differences: [],
            settings: try settings())
        if found.settings != nil { found.leftBehind = try await leftBehind() }
        guard server.isSuperuser, server.databases[database] != nil else {
            return ServerPlan(roles, database: database, found)
        }
        let hasRoles = server.roles[roles.owner] != nil && server.roles[roles.app] != nil
        let inside = try await admin.with(database) { database in
            try await database.withConnection { connection in
                let tables = try roles.tables(on: connection)
                return (tables, hasRoles ? try roles.differences(from: .teleClaude, on: connection) : [])
            }
        }
        (found.tables, found.differences) = inside
        if inside.0.contains("tc_migrations") {
            found.pending = try await admin.with(database) { database in
                switch try await Migrator(history: history, database: database).status().position {
                case .current: []
                case .behind(let ids): ids
                case .newer(let ids): throw MigratorError.newer(ids)
                case .changed(let migrations): throw MigratorError.changed(migrations)
                }
            }
        }
        return ServerPlan(roles, database: database, found)
    }

    private var path: String { "\(installation.layout.folders.settings)/config.yml" }

    /// Returns the line that `config.yml` lacks.
    /// - Throws: An error if `config.yml` names another database.
    private func settings() throws -> String? {
        let line = "database: {url: \"\(url)\"}\n"
        guard case .file(_, let text?) = try installation.root.look(path, .text).kind else { return line }
        guard let present = try YAMLFile.parse(text, path: path)["database"] else { return line }
        guard let named = present["url"]?.scalar?.text, try DatabaseURL(parsing: named) == DatabaseURL(parsing: url)
        else {
            throw MachineError(
                .otherDatabase, "\(path) names another database",
                remedy: "write \(line.dropLast()) there, or leave out --database")
        }
        return nil
    }

    /// Returns the service's SQLite file if it holds sessions.
    ///
    /// - Throws: `DatabaseError` if that can't be found out.
    private func leftBehind() async throws -> ServerPlan.LeftBehind? {
        let path = installation.realPath("\(installation.layout.folders.state)/teleclaude.db")
        let file = try Database(DatabaseURL(sqlitePath: path), options: ConnectionOptions(access: .readOnly))
        guard !file.isMissing else { return nil }
        let sessions: Int64
        do {
            sessions = try await file.withConnection { connection in
                guard try connection.hasTable("sessions") else { return 0 }
                return try connection.queryValue("SELECT count(*) FROM sessions")?.integer ?? 0
            }
        } catch {
            await file.close()
            throw error
        }
        await file.close()
        return sessions > 0 ? ServerPlan.LeftBehind(path: path, sessions: sessions) : nil
    }

    // MARK: - Doing

    /// - Throws: As `plan` does, and `MigrationFailure`.
    package func run(_ step: ServerStep) async throws {
        let (history, roles) = (history, roles)
        switch step {
        case .makeRole(_, let sql), .makeDatabase(_, let sql):
            try await admin.with { try await $0.withConnection { _ = try $0.execute(SQL(trusted: sql)) } }
        case .migrate:
            try await admin.with(database, as: roles.owner) { database in
                let options = Migrator.Options(appliedBy: "telec system install")
                _ = try await Migrator(history: history, database: database, options: options).up()
            }
        case .giveRights(_, let script):
            try await admin.with(database) { try await $0.withConnection { try $0.executeScript(script) } }
        case .writeSettings(let line): try write(line)
        }
    }

    private func write(_ line: String) throws {
        let found = try installation.root.look(path, .text)
        guard case .file(_, let text?) = found.kind else {
            throw MachineError(.failed, "\(path) is not a text file", remedy: "check it")
        }
        let whole = text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + line
        try installation.root.write(
            path, Array(whole.utf8), uid: found.uid, gid: found.gid, mode: found.mode, isNew: false)
    }
}

extension ServerInstallation {
    /// Returns the server installation that belongs to an installation whose settings name a database on this machine's server;
    /// `nil` if the settings name none, or if the database was set up in another way.
    ///
    /// - Throws: `MachineError`, `DatabaseError` and `SettingsError` where that can't be found out.
    package static func present(_ installation: Installation, _ history: History) async throws -> ServerInstallation? {
        let path = "\(installation.layout.folders.settings)/config.yml"
        guard installation.root.isMachine, case .file(_, let text?) = try installation.root.look(path, .text).kind,
            let url = try YAMLFile.parse(text, path: path)["database"]?["url"]?.scalar?.text,
            case .postgresql(let parameters) = try DatabaseURL(parsing: url).target,
            parameters["host"]?.hasPrefix("/") ?? true
        else { return nil }
        // This fails if the machine has no account `postgres`, or if the URL's role has a name that needs quotes. An admin then set up the
        // server in another way, and also maintains its roles.
        guard let found = try? ServerInstallation(url, admin: nil, installation, history) else { return nil }
        let roles = found.roles
        let server = try await found.admin.with { try await $0.withConnection { try PostgreSQLRights(roles, on: $0) } }
        return server.databases[found.database] == roles.owner ? found : nil
    }
}
