import Dialects

/// What is done on a PostgreSQL server, in an order in which each can be done.
package enum ServerStep: Sendable, Equatable {
    case makeRole(String, sql: String)
    case makeDatabase(String, sql: String)
    /// As the owner.
    case migrate([String])
    /// Every object gets its owner and its rights, by the script of docs/postgresql-roles.sql.
    case giveRights([String], script: String)
    /// In `config.yml`.
    case writeSettings(String)
}

/// What a server and a database are, and what they should be. Nothing here asks a server.
package struct ServerPlan: Sendable {
    package struct Found: Sendable {
        package var server: PostgreSQLRights
        /// The database's tables; `nil` where there is no such database.
        package var tables: [String]?
        /// Migrations that have not run there, in order.
        package var pending: [String]
        /// Where owners and rights are others than they should be.
        package var differences: [String]
        /// What `config.yml` has to say and does not say yet.
        package var settings: String?
    }

    let roles: PostgreSQLRoles
    let database: String
    let found: Found

    package init(_ roles: PostgreSQLRoles, database: String, _ found: Found) {
        (self.roles, self.database, self.found) = (roles, database, found)
    }

    // MARK: - What is in the way

    /// Nobody changes what somebody else has made.
    package var obstacles: [Obstacle] {
        let server = found.server
        if !server.isSuperuser {
            return [
                obstacle(
                    "the role that looks after the server is no superuser",
                    "name one with --database-admin, or let its admin run docs/postgresql-roles.sql")
            ]
        }
        return roleObstacles + databaseObstacles
    }

    private var roleObstacles: [Obstacle] {
        [(roles.owner, false), (roles.migrator, true), (roles.app, true)].flatMap { name, logsIn -> [Obstacle] in
            guard let role = found.server.roles[name] else { return [] }
            var wrong: [Obstacle] = []
            if !role.powers.isEmpty {
                wrong.append(
                    obstacle(
                        "the role \(name) is \(role.powers.joined(separator: ", "))", "take that away with ALTER ROLE"))
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
                        "take that away with REVOKE \(name) FROM …"))
            }
            return wrong
        }
    }

    private var databaseObstacles: [Obstacle] {
        guard let owner = found.server.databases[database] else { return [] }
        let isOurs = found.tables?.contains("tc_migrations") ?? false
        if let tables = found.tables, !tables.isEmpty, !isOurs {
            return [
                obstacle(
                    "the database \(database) is filled by somebody else: \(tables.prefix(3).joined(separator: ", "))",
                    "name another one")
            ]
        }
        guard owner == roles.owner else {
            return [
                obstacle(
                    "the database \(database) belongs to \(owner)",
                    "give it away with ALTER DATABASE \(SQLText.identifier(database)) OWNER TO \(roles.owner), or name another one"
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
            steps.append(.giveRights(found.differences, script: roles.script))
        }
        if let settings = found.settings { steps.append(.writeSettings(settings)) }
        return steps
    }

    private var missingRoles: [ServerStep] {
        [(roles.owner, "NOLOGIN"), (roles.migrator, "LOGIN NOINHERIT"), (roles.app, "LOGIN")].compactMap { name, word in
            found.server.roles[name] == nil ? .makeRole(name, sql: "CREATE ROLE \(name) \(word)") : nil
        }
    }

    /// Where a database departs from what an installation makes of it.
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
