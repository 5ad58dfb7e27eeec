import Testing

@testable import TCRuntime

struct IdentityTests {
    private let alice = Identity(person: "Alice", role: .member, uid: 1_001, osUsername: "alice")

    @Test(arguments: [
        (Owner(person: "Alice", uid: 1_001), true),
        (Owner(person: "Bob", uid: 1_001), false),  // the uid was recycled
        (Owner(person: "Alice", uid: 1_002), false),
        (Owner(person: nil, uid: nil), false),
    ])
    func ownerIsPersonAndUID(owner: Owner, isOwn: Bool) {
        #expect(alice.owns(owner) == isOwn)
    }

    @Test func nobodyOwnsNothing() {
        let stranger = Identity(person: nil, role: .public, uid: 65_534, osUsername: nil)
        #expect(!stranger.owns(Owner(person: nil, uid: 65_534)))
    }
}
