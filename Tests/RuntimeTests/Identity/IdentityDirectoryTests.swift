import Foundation
import TCSettings
import TestSupport
import Testing

@testable import TCRuntime

struct IdentityDirectoryTests {
    private static let accounts = ["alice": 1_001, "bob": 1_002, "root": 0] as [String: UInt32]

    private func directory(_ mode: Settings.Mode, _ people: [Person], uid: UInt32 = 900) throws -> IdentityDirectory {
        try IdentityDirectory(
            mode: mode, people: people, uid: uid,
            account: { name in
                Self.accounts[name].map { Account(uid: $0, name: name, home: "/home/\(name)", shell: "/bin/sh") }
            },
            name: { uid in
                Self.accounts.first { $0.value == uid }.map {
                    Account(uid: uid, name: $0.key, home: "/", shell: "/bin/sh")
                }
            })
    }

    private let alice = Person(name: "Alice", osUsername: "alice", role: .member)

    @Test func aPersonIsFoundByUID() throws {
        let identity = try directory(.system, [alice]).identity(of: PeerCredentials(uid: 1_001, pid: 7))
        #expect(identity == Identity(person: "Alice", role: .member, uid: 1_001, osUsername: "alice"))
    }

    /// The arguments are root, the daemon's own uid, the uid for users outside of this namespace, a caller without a pid, and an
    /// unknown uid.
    @Test(arguments: [(0, 7), (900, 7), (65_534, 7), (1_001, 0), (1_002, 7)] as [(UInt32, Int32)])
    func everybodyElseIsPublicInSystemMode(uid: UInt32, pid: Int32) throws {
        let identity = try directory(.system, [alice]).identity(of: PeerCredentials(uid: uid, pid: pid))
        #expect(identity == Identity(person: nil, role: .public, uid: uid, osUsername: nil))
    }

    @Test func rootIsAdminWhenAPersonMapsIt() throws {
        let people = [Person(name: "Operator", osUsername: "root", role: .admin)]
        #expect(try directory(.system, people).identity(of: PeerCredentials(uid: 0, pid: 1)).role == .admin)
    }

    @Test func theDaemonsOwnUserIsAdminInSingleUserMode() throws {
        let directory = try directory(.singleUser, [], uid: 1_001)
        let own = directory.identity(of: PeerCredentials(uid: 1_001, pid: 7))
        #expect(own == Identity(person: "alice", role: .admin, uid: 1_001, osUsername: "alice"))
        #expect(directory.identity(of: PeerCredentials(uid: 0, pid: 7)).role == .public)
    }

    @Test func anAccountThatIsNotThereIsTold() throws {
        let remarks = try directory(.system, [Person(name: "Zoe", osUsername: "zoe")]).remarks
        #expect(remarks == ["Zoe: this machine has no account zoe"])
    }

    @Test func twoPeopleWithOneUIDAreRefused() {
        let twins = ["alice": 1_001, "alicia": 1_001] as [String: UInt32]
        let error = #expect(throws: SettingsError.self) {
            _ = try IdentityDirectory(
                mode: .system, people: [alice, Person(name: "Eve", osUsername: "alicia", role: .admin)], uid: 900,
                account: { name in twins[name].map { Account(uid: $0, name: name, home: "/", shell: "/bin/sh") } },
                name: { _ in nil })
        }
        #expect(
            error?.code == .duplicateUID && error?.message.contains("Eve and Alice have the same uid, 1001") == true)
    }

    /// The arguments are contents of /etc/passwd as userdel, useradd and usermod leave it while the daemon runs.
    @Test(
        arguments: [
            ("alice:x:1001:", .member), ("mallory:x:1001:", .public), ("", .public), ("alice:x:1005:", .public),
            ("mallory:x:1001:|alice:x:1005:", .public), ("mallory:x:1001:|alice:x:1001:", .public),
            ("bob:x:1002:|alice:x:1001:", .member),
        ] as [(String, Role)])
    func aUIDThatWasGivenToSomebodyElseIsNobody(accounts: String, expected: Role) async throws {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/passwd"
            func write(_ accounts: String) throws {
                let lines = ["root:x:0:"] + accounts.split(separator: "|").map(String.init)
                try (lines.map { $0 + "0::/:/bin/sh\n" }.joined()).write(
                    toFile: file, atomically: true, encoding: .utf8)
            }
            try write("alice:x:1001:")
            let locals = LocalAccounts(file)
            func read() throws -> IdentityDirectory {
                try IdentityDirectory(
                    mode: .system, people: [alice], uid: 900, locals: locals,
                    account: { name in
                        locals.current.uids[name].map { Account(uid: $0, name: name, home: "/", shell: "/bin/sh") }
                    }, name: { _ in nil })
            }
            let directory = try read()
            #expect(directory.identity(of: PeerCredentials(uid: 1_001, pid: 7)).person == "Alice")
            try write(accounts)
            let identity = directory.identity(of: PeerCredentials(uid: 1_001, pid: 7))
            #expect(identity.role == expected)
            // If the account still exists, the person is known again once the settings are read again.
            if let uid = locals.current.uids["alice"] {
                #expect(try read().identity(of: PeerCredentials(uid: uid, pid: 7)).role == .member)
            }
        }
    }

    /// A name service is not asked while a caller waits. If the service does not answer, nothing is concluded from that.
    @Test func whatANameServiceSaysLaterCounts() throws {
        func account(_ name: String) -> Account { Account(uid: 1_001, name: name, home: "/", shell: "/bin/sh") }
        let directory = try IdentityDirectory(
            mode: .system, people: [alice], uid: 900, locals: LocalAccounts("/nowhere"), account: account(_:),
            name: { _ in nil })
        for (answer, role) in [("alice", Role.member), ("mallory", .public), (nil, .member)] as [(String?, Role)] {
            let asked = directory.askingNameService { _ in answer.map(account) }
            #expect(asked.identity(of: PeerCredentials(uid: 1_001, pid: 7)).role == role)
        }
    }
}
