import TCSettings
import Synchronization
import Testing

@testable import TCRuntime

@Suite("One caller does not stop the others")
struct LimitTests {
    private func party(_ role: Role, _ uid: UInt32) -> ConnectionLimits.Party {
        ConnectionLimits.Party(Identity(person: role == .public ? nil : "P", role: role, uid: uid, osUsername: nil))
    }

    @Test func allWhomNobodyKnowsShareOneQuota() {
        let limits = ConnectionLimits(perUser: 8, ofPublic: 4, inAll: 100)
        let taken = (2_000..<2_020).map { limits.enter(party(.public, $0)) }
        #expect(taken.count { $0 } == 4)
        for uid in 1_001...1_003 as ClosedRange<UInt32> {
            #expect((0..<9).map { _ in limits.enter(party(.member, uid)) }.count { $0 } == 8)
        }
        // They do not keep out root, who checks that the daemon is alive.
        #expect(limits.enter(party(.public, 0)))
        limits.leave(party(.public, 2_000))
        #expect(limits.enter(party(.public, 2_099)) && !limits.enter(party(.public, 2_098)))
    }

    @Test func thoseInAllAreCountedToo() {
        let limits = ConnectionLimits(perUser: 8, ofPublic: 4, inAll: 10)
        #expect((0..<20).map { limits.enter(party(.member, $0 % 5)) }.count { $0 } == 10)
    }

    @Test("a task that a request leaves behind does not keep the place of its connection")
    func placesEndWithTheirConnections() async throws {
        let limits = ConnectionLimits(perUser: 1, ofPublic: 1, inAll: 10)
        var place = ConnectionPlace(limits, party(.member, 1_001))
        let origin = RequestOrigin(peer: PeerCredentials(uid: 1_001, pid: 0), limits: RequestLimits(), place: place)
        let left = RequestOrigin.$current.withValue(origin) { Task { try await Task.sleep(for: .seconds(600)) } }
        #expect(place != nil && !limits.enter(party(.member, 1_001)))
        place = nil
        #expect(limits.enter(party(.member, 1_001)))
        left.cancel()
        _ = await left.result
    }

    @Test func connectionsLeaveDescriptorsForTheDaemon() {
        #expect(Descriptors.connections(limit: 1_048_576) > 500_000)
        #expect(Descriptors.connections(limit: 1_024) == 384 && Descriptors.connections(limit: 64) == 16)
        #expect(Descriptors.connections(limit: 1) == 1)
    }

    /// Counts the tasks that run at the same time, and the largest number so far.
    private actor Gauge {
        private(set) var running = 0
        private(set) var most = 0

        func enter() {
            running += 1
            most = max(most, running)
        }

        func leave() { running -= 1 }
    }

    @Test func longStatementsOfOneCallerWaitForEachOther() async throws {
        let shares = FairShare(most: 2)
        let gauge = Gauge()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await shares.run(.user(1)) {
                        await gauge.enter()
                        try? await Task.sleep(for: .milliseconds(5))
                        await gauge.leave()
                    }
                }
            }
            // Another user does not wait.
            try await shares.run(.user(2)) {}
            try await group.waitForAll()
        }
        #expect(await gauge.most == 2)
        #expect(await gauge.running == 0)
    }

    /// A client that leaves while its request waits does not stay in the line.
    @Test(.timeLimit(.minutes(5))) func whoeverLeavesTheLineDoesNotWait() async throws {
        let shares = FairShare(most: 1)
        try await shares.run(.user(1)) {
            let waiting = Task { try await shares.run(.user(1)) { Issue.record("it ran") } }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
        try await shares.run(.user(1)) {}
    }

    private final class Clock: Sendable {
        private let moment = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { moment.withLock { $0 } }
        func advance(_ duration: Duration) { moment.withLock { $0 += duration } }
    }

    @Test func refusalsAreWrittenDownUpToAPoint() {
        let clock = Clock()
        let budget = RefusalBudget(perMinute: 300) { clock.now }
        let spent = (0..<700).map { _ in budget.spend(1_001) }
        #expect(spent.count { $0 == .one } == 599 && spent.count { $0 == .last } == 1)
        #expect(spent.last == RefusalBudget.Expense.none)
        #expect(budget.spend(1_002) == .one)
        clock.advance(.seconds(2))
        #expect((0..<20).map { _ in budget.spend(1_001) }.count { $0 != .none } == 10)
    }
}
