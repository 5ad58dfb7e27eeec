import Dialects
import TCImport

/// The access by which the new database is filled: its URL, and the account whose rights are used.
package struct FillingAccess: Sendable {
    package var url: DatabaseURL
    package var account: ActingAccount?

    /// Chooses the service's own account. If an installation has made roles, which keep the service from changing what it has
    /// logged, it chooses the tables' owner.
    package init(to target: DatabaseURL, _ installation: Installation, _ machine: FoundMachine) async {
        (url, account) = (target, installation.account(machine))
        guard installation.root.isMachine, case .postgresql(let parameters) = target.target,
            let name = parameters["dbname"], let admin = try? ServerAdmin(of: target, admin: nil)
        else { return }
        let roles = PostgreSQLRoles.teleClaude()
        let found = try? await admin.with { try await $0.withConnection { try PostgreSQLRights(roles, on: $0) } }
        guard let found, found.databases[name] == roles.owner else { return }
        (url, account) = (admin.url(name, as: roles.owner), admin.account)
    }
}
