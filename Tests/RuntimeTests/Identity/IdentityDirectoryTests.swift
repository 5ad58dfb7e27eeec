import Settings
import Testing

@testable import Runtime

struct IdentityDirectoryTests {
    private static let accounts = ["alice": 1_001, "bob": 1_002, "root": 0] as [String: UInt32]

    private func directory(_ mode: Settings.Mode, _ people: [Person], uid: UInt32 = 900) -> IdentityDirectory {
        IdentityDirectory(
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

    @Test func aPersonIsFoundByUID() {
        let identity = directory(.system, [alice]).identity(of: PeerCredentials(uid: 1_001, pid: 7))
        #expect(identity == Identity(person: "Alice", role: .member, uid: 1_001, osUsername: "alice"))
    }

    /// Root, the daemon's own uid, the uid that stands for "none of this namespace", and a caller without a pid.
    @Test(arguments: [(0, 7), (900, 7), (65_534, 7), (1_001, 0), (1_002, 7)] as [(UInt32, Int32)])
    func everybodyElseIsPublicInSystemMode(uid: UInt32, pid: Int32) {
        let identity = directory(.system, [alice]).identity(of: PeerCredentials(uid: uid, pid: pid))
        #expect(identity == Identity(person: nil, role: .public, uid: uid, osUsername: nil))
    }

    @Test func rootIsAdminWhenAPersonMapsIt() {
        let people = [Person(name: "Operator", osUsername: "root", role: .admin)]
        #expect(directory(.system, people).identity(of: PeerCredentials(uid: 0, pid: 1)).role == .admin)
    }

    @Test func theDaemonsOwnUserIsAdminInSingleUserMode() {
        let directory = directory(.singleUser, [], uid: 1_001)
        let own = directory.identity(of: PeerCredentials(uid: 1_001, pid: 7))
        #expect(own == Identity(person: "alice", role: .admin, uid: 1_001, osUsername: "alice"))
        #expect(directory.identity(of: PeerCredentials(uid: 0, pid: 7)).role == .public)
    }

    @Test func anAccountThatIsNotThereIsTold() {
        let remarks = directory(.system, [Person(name: "Zoe", osUsername: "zoe")]).remarks
        #expect(remarks == ["Zoe: this machine has no account zoe"])
    }
}
