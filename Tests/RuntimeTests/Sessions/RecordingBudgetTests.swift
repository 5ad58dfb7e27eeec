import Synchronization
import Testing

@testable import TCRuntime

struct RecordingBudgetTests {
    private final class Clock: Sendable {
        let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    @Test func aDaysBytesComeBackEvenly() {
        let clock = Clock()
        let budget = RecordingBudget(perDay: 24_000) { clock.now }
        #expect(budget.spend(23_999, of: 1) == .spent)
        // The last chunk is accepted whole.
        #expect(budget.spend(2_001, of: 1) == .spent)
        #expect(budget.spend(1, of: 1) == .refused(isNews: true))
        #expect(budget.spend(1, of: 1) == .refused(isNews: false) && !budget.isOpen(for: 1))
        #expect(budget.isOpen(for: 2) && budget.spend(5, of: 2) == .spent)
        // Recording may continue once the excess of 2,000 bytes and an hour's share are regained.
        clock.pass(.seconds(3 * 3_600 - 1))
        #expect(!budget.isOpen(for: 1))
        clock.pass(.seconds(2))
        #expect(budget.isOpen(for: 1) && budget.spend(1, of: 1) == .spent)
        clock.pass(.seconds(100 * 86_400))
        #expect(budget.spend(24_000, of: 1) == .spent && budget.spend(1, of: 1) == .refused(isNews: true))
    }
}
