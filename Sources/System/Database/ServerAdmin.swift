import Dialects
import TCImport
import TCRuntime

/// The way in which a PostgreSQL server is administered: the role, and where its connection comes from.
///
/// On this machine the role is `postgres`. The server admits it by the uid of the connecting process (peer authentication,
/// https://www.postgresql.org/docs/current/auth-peer.html), and root takes on that account's rights to connect. For another
/// server, `--database-admin` names the role.
package struct ServerAdmin: Sendable {
    private let parameters: PostgreSQLParameters
    let account: ActingAccount?

    /// Creates the way to the server. `admin` is the value of `--database-admin`.
    ///
    /// - Throws: `MachineError` if no role is known that could administer the server.
    package init(of database: DatabaseURL, admin: DatabaseURL?) throws(MachineError) {
        guard case .postgresql(var own) = database.target else {
            throw MachineError(
                .noServer, "\(database) is not a PostgreSQL database",
                remedy: "leave out --database: SQLite needs none")
        }
        if let admin {
            guard case .postgresql(let given) = admin.target else {
                throw MachineError(
                    .noServer, "\(admin) is not a PostgreSQL server", remedy: "write postgresql://USER@HOST/postgres")
            }
            (parameters, account) = (given, nil)
            return
        }
        guard own["host"]?.hasPrefix("/") ?? true else {
            throw MachineError(
                .noAdmin, "the administrator of the server at \(own["host"] ?? "") is not known here",
                remedy:
                    "pass --database-admin postgresql://USER@HOST/postgres, with the password in PGPASSWORD or ~/.pgpass"
            )
        }
        guard let postgres = Account.named(Self.name) else {
            throw MachineError(
                .noAdmin, "this machine has no account \(Self.name), which administers a server",
                remedy: "install PostgreSQL, or pass --database-admin")
        }
        own["user"] = Self.name
        own["dbname"] = Self.name
        own["password"] = nil
        parameters = own
        account = ActingAccount(uid: postgres.uid, gid: postgres.gid, temporaryFolder: "/tmp")
    }

    private static let name = "postgres"

    /// Runs `body` on a connection to a database of the server; `nil` means the database that the admin's URL names.
    func with<T: Sendable>(
        _ name: String? = nil, as role: String? = nil, _ body: @escaping @Sendable (Database) async throws -> T
    ) async throws -> T {
        let database = try Database(
            url(name, as: role), options: ConnectionOptions(access: .readWrite, applicationName: "telec", isOwned: true)
        )
        return try await ActingAccount.act(as: account) {
            let result: Result<T, any Error>
            do { result = .success(try await body(database)) } catch { result = .failure(error) }
            await database.close()
            return try result.get()
        }
    }

    /// Returns the URL of a database. With a role, that role owns everything that is created over the connection.
    func url(_ name: String?, as role: String?) -> DatabaseURL {
        var parameters = parameters
        if let name { parameters["dbname"] = name }
        if let role { parameters["options"] = "-c role=\(role)" }
        return DatabaseURL(.postgresql(parameters))
    }
}
