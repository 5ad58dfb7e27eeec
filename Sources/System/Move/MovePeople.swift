import Migrator
import TCImport
import TCPOSIX
import TCRuntime
import TCSettings

/// Finds the new owners of the sessions, from the request and from what the settings say about people.
struct MovePeople {
    let people: [Person]
    /// The account to which the home belongs; `nil` if it belongs to root or to no account.
    let homeAccount: String?
    let account: (String) -> Account?

    /// - Throws: `MachineError` if the owner can't be determined.
    func owners(named owner: String?, byEmail: Bool) throws(MachineError) -> ImportOwners {
        let chosen = if let owner { try person(named: owner) } else { try standardPerson() }
        let standard = try self.owner(chosen)
        guard byEmail else { return ImportOwners(standard) }
        var addresses: [String: ImportOwner] = [:]
        for person in people where person.osUsername != nil {
            if let email = person.email { addresses[email] = try self.owner(person) }
        }
        return ImportOwners(standard, byEmail: addresses)
    }

    private func standardPerson() throws(MachineError) -> Person {
        if let homeAccount, let person = people.first(where: { $0.osUsername == homeAccount }) { return person }
        let whose = homeAccount.map { "of the account \($0), whose home it is" } ?? "whose account the home belongs to"
        let example = "\(homeAccount ?? "ACCOUNT")=\(people.first?.name ?? "NAME")"
        throw MachineError(
            .noOwner, "the settings have no person \(whose)",
            remedy: "name the sessions' owner: --owner NAME with --map \(example.shellWord); "
                + "people: \(people.isEmpty ? "none" : people.map(\.name).joined(separator: ", "))")
    }

    private func person(named name: String) throws(MachineError) -> Person {
        if let person = people.first(where: { $0.name == name }) { return person }
        let names = people.map(\.name)
        throw MachineError(
            .unknownPerson, "the settings have no person \(name)",
            remedy: Suggestion.nearest(to: name, in: names).map { "did you mean \($0)?" }
                ?? "people: \(names.isEmpty ? "none" : names.joined(separator: ", "))")
    }

    private func owner(_ person: Person) throws(MachineError) -> ImportOwner {
        guard let name = person.osUsername else {
            throw MachineError(
                .noAccount, "\(person.name) has no account in the settings",
                remedy: "pass --map \("ACCOUNT=\(person.name)".shellWord): an account is never guessed from a name")
        }
        guard let found = account(name) else {
            throw MachineError(
                .noAccount, "\(person.name) has the account \(name), which does not exist on this machine",
                remedy: "create it, or name another one with --map")
        }
        return ImportOwner(person: person.name, uid: found.uid)
    }
}
