import TestSupport
import Testing

@testable import TCRuntime

/// Callers who differ in what tmux's server hands on to its sessions have a server each.
struct ProcessRightsTests {
    private let rights = ProcessRights(group: 100, groups: [4, 27], hardLimits: [7: 1_024, 9: .max])

    @Test func theNameIsThatOfTheRights() {
        #expect(rights.name.count == 8)
        #expect(rights.name == ProcessRights(group: 100, groups: [27, 4], hardLimits: [9: .max, 7: 1_024]).name)
        #expect(ProcessRights.own.name == ProcessRights.own.name)
    }

    /// A group that was lost or given, another group for new files, and another hard limit.
    @Test func otherRightsHaveAnotherName() {
        var others = Array(repeating: rights, count: 4)
        others[0].groups = [4]
        others[1].groups = [4, 27, 1_000]
        others[2].group = 27
        others[3].hardLimits[7] = 4_096
        #expect(Set((others + [rights]).map(\.name)).count == 5)
    }

    @Test func eachHasAServer() async throws {
        try await withTemporaryFolder { home in
            var others = rights
            others.groups = [4]
            let server = try TmuxServer.own(home: home, runtimeFolder: nil, for: rights)
            let again = try TmuxServer.own(home: home, runtimeFolder: nil, for: rights)
            let other = try TmuxServer.own(home: home, runtimeFolder: nil, for: others)
            #expect(again == server && other != server)
        }
    }
}
