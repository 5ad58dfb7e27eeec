import TCSettings
import Testing

@testable import TCRuntime

/// Tests the policy against a table that repeats it in full: one line per action, and one letter per relation (none, own, shared,
/// foreign, orphaned).
struct PolicyTests {
    private static let table: [Role: String] = [
        .admin: """
        list_sessions     nosfx
        start_session     nosfx
        get_session       nosfx
        read_transcript   nosfx
        attach            .o...
        send              nosfx
        end               nosfx
        revive            .o...
        share             nosfx
        host              .o...
        read_audit        nosfx
        archive_audit     nosfx
        read_own_audit    nosfx
        inspect_daemon    nosfx
        make_report       nosfx
        """,
        .member: """
        list_sessions     n....
        start_session     n....
        get_session       .os..
        read_transcript   .os..
        attach            .o...
        send              .os..
        end               .o...
        revive            .o...
        share             .o...
        host              .o...
        read_audit        .....
        archive_audit     .....
        read_own_audit    no...
        inspect_daemon    .....
        make_report       .....
        """,
        .contributor: """
        list_sessions     n....
        start_session     .....
        get_session       .os..
        read_transcript   .os..
        attach            .o...
        send              .....
        end               .o...
        revive            .....
        share             .....
        host              .o...
        read_audit        .....
        archive_audit     .....
        read_own_audit    no...
        inspect_daemon    .....
        make_report       .....
        """,
        .newcomer: """
        list_sessions     n....
        start_session     .....
        get_session       .os..
        read_transcript   .os..
        attach            .o...
        send              .....
        end               .o...
        revive            .....
        share             .....
        host              .o...
        read_audit        .....
        archive_audit     .....
        read_own_audit    no...
        inspect_daemon    .....
        make_report       .....
        """,
        .public: Action.allCases.map { "\($0.rawValue) ....." }.joined(separator: "\n"),
    ]

    @Test(arguments: Role.allCases)
    func thePolicyIsThisTable(role: Role) throws {
        let lines = try #require(Self.table[role]).split(separator: "\n")
        let written = lines.map { $0.split(separator: " ").joined(separator: " ") }
        let found = Action.allCases.map { action in
            let letters = zip("nosfx", [Relation.none, .own, .shared, .foreign, .orphaned]).map { letter, relation in
                allow(action, by: role, on: relation) == .allowed ? String(letter) : "."
            }
            return "\(action.rawValue) \(letters.joined())"
        }
        #expect(written == found)
    }

    /// Each action that a person other than the owner may take on a session is either harmless or logged.
    @Test func whatConcernsOthersIsLogged() {
        let harmless: Set<Action> = [
            .listSessions, .startSession, .getSession, .readAudit, .archiveAudit, .readOwnAudit, .inspectDaemon,
        ]
        for action in Action.allCases where !harmless.contains(action) {
            for relation in [Relation.shared, .foreign, .orphaned] {
                let isAllowed = Role.allCases.contains { allow(action, by: $0, on: relation) == .allowed }
                #expect(!isAllowed || action.logged != nil, "\(action) on \(relation)")
            }
        }
    }
}

struct RelationTests {
    private let alice = Identity(person: "Alice", role: .member, uid: 1_001, osUsername: "alice")

    private func session(_ person: String?, _ uid: UInt32?, _ visibility: Session.Visibility) -> Session {
        Session(
            id: "1", title: nil, owner: Owner(person: person, uid: uid), state: .active, visibility: visibility,
            projectPath: nil, agent: nil, thinkingMode: nil, computer: "here", tmuxName: nil, createdAt: nil,
            lastActivity: nil,
            closedAt: nil)
    }

    @Test func ofTheOwnerAndOfOthers() {
        #expect(session("Alice", 1_001, .private).relation(to: alice) == .own)
        #expect(session("Bob", 1_002, .private).relation(to: alice) == .foreign)
        #expect(session("Bob", 1_002, .shared).relation(to: alice) == .shared)
    }

    /// The arguments are owners of sessions: none, the person's former account, and the uid's former person.
    @Test(
        arguments: [(nil, nil), (nil, 1_001), ("Alice", nil), ("Alice", 999), ("Bob", 1_001)] as [(String?, UInt32?)])
    func orphansAreNobodys(person: String?, uid: UInt32?) {
        #expect(session(person, uid, .shared).relation(to: alice) == .orphaned)
    }

    @Test("a list shows whose rows may be looked at one by one", arguments: Role.allCases)
    func lists(_ role: Role) {
        let identity = Identity(person: "Ann", role: role, uid: 1, osUsername: nil)
        #expect(visibleSessions(to: identity) == (role == .admin ? .all : .ownAndShared(identity)))
    }
}
