import Dialects
import TCImport

/// How the new database is filled: by which URL, and with whose rights.
struct FillingAccess: Sendable {
    var url: DatabaseURL
    var account: ActingAccount?

    /// As the service's own account; where an installation has made roles, so that the service may not change what it has logged, as
    /// the tables' owner.
    init(to target: DatabaseURL, _ installation: Installation, _ machine: FoundMachine) async {
        (url, account) = (target, installation.account(machine))
        guard installation.root.isMachine, case .postgresql(let parameters) = target.target,
            let name = parameters["dbname"], let admin = try? ServerAdmin(of: target, admin: nil)
        else { return }
        let roles = PostgreSQLRoles()
        let found = try? await admin.with { try await $0.withConnection { try PostgreSQLRights(roles, on: $0) } }
        guard let found, found.databases[name] == roles.owner else { return }
        (url, account) = (admin.url(name, as: roles.owner), admin.account)
    }
}
