import Dialects

/// One step on a PostgreSQL server. The cases stand in an order in which the steps can be carried out.
package enum ServerStep: Sendable, Equatable {
    case makeRole(String, sql: String)
    case makeDatabase(String, sql: String)
    /// Applies the migrations, as the database's owner.
    case migrate([String])
    /// Gives every object its owner and its rights, with the script of docs/postgresql-roles.sql.
    case giveRights([String], script: String)
    /// Writes the line into `config.yml`.
    case writeSettings(String)
}

/// The state of a server and its database, compared with the state that an installation needs. This type does not connect to a
/// server.
package struct ServerPlan: Sendable {
    package struct Found: Sendable {
        package var server: PostgreSQLRights
        /// The database's tables; `nil` if the database does not exist.
        package var tables: [String]?
        /// The migrations that have not been applied to the database, in order.
        package var pending: [String]
        /// Sentences about owners and rights that differ from the expected ones.
        package var differences: [String]
        /// The line that `config.yml` needs and lacks.
        package var settings: String?
        /// The SQLite file, with its sessions, that the daemon would no longer use.
        package var leftBehind: LeftBehind?
    }

    /// A database that holds somebody's sessions.
    package struct LeftBehind: Sendable {
        package var path: String
        package var sessions: Int64
    }

    let roles: PostgreSQLRoles
    let database: String
    let found: Found

    package init(_ roles: PostgreSQLRoles, database: String, _ found: Found) {
        (self.roles, self.database, self.found) = (roles, database, found)
    }

    // MARK: - What is in the way

    /// The things that prevent the installation, because it does not change objects of other origin.
    package var obstacles: [Obstacle] {
        let server = found.server
        if !server.isSuperuser {
            return [
                obstacle(
                    "the server's administrator is not a superuser",
                    "name one with --database-admin, or have its admin run docs/postgresql-roles.sql")
            ]
        }
        return roleObstacles + databaseObstacles + [leftBehindObstacle].compactMap { $0 }
    }

    private var roleObstacles: [Obstacle] {
        [(roles.owner, false), (roles.migrator, true), (roles.app, true)].flatMap { name, logsIn -> [Obstacle] in
            guard let role = found.server.roles[name] else { return [] }
            var wrong: [Obstacle] = []
            if !role.powers.isEmpty {
                wrong.append(
                    obstacle(
                        "the role \(name) is \(role.powers.joined(separator: ", "))", "remove that with ALTER ROLE"))
            }
            if role.canLogIn != logsIn {
                wrong.append(
                    obstacle(
                        "the role \(name) \(logsIn ? "can't" : "can") log in",
                        "change it with ALTER ROLE \(name) \(logsIn ? "LOGIN" : "NOLOGIN")"))
            }
            let others = role.members.filter { name != roles.owner || $0 != roles.migrator }
            if !others.isEmpty {
                wrong.append(
                    obstacle(
                        "\(others.joined(separator: ", ")) may become the role \(name)",
                        "remove that with REVOKE \(name) FROM …"))
            }
            return wrong
        }
    }

    /// A daemon that is given an empty database would show nobody their sessions, and begin a new audit log.
    private var leftBehindObstacle: Obstacle? {
        found.leftBehind.map { left in
            let sessions = left.sessions == 1 ? "1 session" : "\(left.sessions) sessions"
            return obstacle(
                "\(left.path) holds \(sessions), which the new database would not have",
                "stop the service, back the file up (telec backup), move it away, run this again, and restore the backup (docs/operations.md)"
            )
        }
    }

    private var databaseObstacles: [Obstacle] {
        guard let owner = found.server.databases[database] else { return [] }
        let isOurs = found.tables?.contains("tc_migrations") ?? false
        if let tables = found.tables, !tables.isEmpty, !isOurs {
            return [
                obstacle(
                    "the database \(database) holds somebody else's tables: \(tables.prefix(3).joined(separator: ", "))",
                    "name another one")
            ]
        }
        guard owner == roles.owner else {
            return [
                obstacle(
                    "the database \(database) belongs to \(owner)",
                    "transfer it with ALTER DATABASE \(SQLText.identifier(database)) OWNER TO \(roles.owner), or name another one"
                )
            ]
        }
        return []
    }

    private func obstacle(_ message: String, _ remedy: String) -> Obstacle {
        Obstacle("postgresql:\(database)", message, remedy: remedy)
    }

    // MARK: - What leads there

    package var steps: [ServerStep] {
        var steps = missingRoles
        if found.server.databases[database] == nil {
            steps.append(
                .makeDatabase(
                    database,
                    sql:
                        "CREATE DATABASE \(SQLText.identifier(database)) OWNER \(roles.owner) ENCODING 'UTF8' TEMPLATE template0"
                ))
        }
        if !found.pending.isEmpty { steps.append(.migrate(found.pending)) }
        // New tables and new roles have no rights yet.
        if !steps.isEmpty || !found.differences.isEmpty {
            steps.append(.giveRights(found.differences, script: roles.teleClaudeScript))
        }
        if let settings = found.settings { steps.append(.writeSettings(settings)) }
        return steps
    }

    private var missingRoles: [ServerStep] {
        [(roles.owner, "NOLOGIN"), (roles.migrator, "LOGIN NOINHERIT"), (roles.app, "LOGIN")].compactMap { name, word in
            found.server.roles[name] == nil ? .makeRole(name, sql: "CREATE ROLE \(name) \(word)") : nil
        }
    }

    /// The differences between the database and what an installation makes of it.
    package var findings: [Finding] {
        let wrong = obstacles.map { Finding(.foreign, "", $0.message) }
        let missing = steps.compactMap { step -> Finding? in
            switch step {
            case .makeRole(let name, _): Finding(.missing, "", "the role \(name) is missing")
            case .makeDatabase(let name, _): Finding(.missing, "", "the database \(name) is missing")
            case .migrate(let ids): Finding(.unfinished, "", "migrations are pending: \(ids.joined(separator: ", "))")
            case .giveRights, .writeSettings: nil
            }
        }
        return wrong + missing + found.differences.map { Finding(.tooOpen, "", $0) }
    }
}
