import Dialects
import Testing

@testable import TCRuntime

@Suite("the clock by which sessions expire")
struct RetentionClockTests {
    private static let month = 30 * 86_400
    private let begin = ContinuousClock.now
    private let time = Timestamp(parsing: "2026-11-30T10:00:00Z")!

    private func after(days: Int) -> ContinuousClock.Instant { begin + .seconds(days * 86_400) }

    private func later(days: Int) -> Timestamp { time.advanced(seconds: Int64(days * 86_400)) }

    @Test func aClockThatGoesLikeAnyOtherIsBelieved() {
        var clock = RetentionClock(keep: Self.month, known: time, at: begin)
        #expect(clock.judge(later(days: 30), at: begin) == .believed)
        for day in 1...100 { #expect(clock.judge(later(days: 30 + day), at: after(days: day)) == .believed) }
        // It may be set back, and a suspended machine's clocks both go on.
        #expect(clock.judge(later(days: 1), at: after(days: 100)) == .believed)
        #expect(clock.judge(later(days: 901), at: after(days: 1_000)) == .believed)
        var first = RetentionClock(keep: Self.month, known: nil, at: begin)
        #expect(first.judge(time, at: begin) == .believed)
    }

    @Test func aJumpIsBelievedAfterADay() {
        var clock = RetentionClock(keep: Self.month, known: time, at: begin)
        let jumped = later(days: 40)
        #expect(clock.judge(jumped, at: begin) == .doubted(isNews: true))
        #expect(clock.judge(jumped, at: begin + .seconds(86_399)) == .doubted(isNews: false))
        #expect(clock.judge(jumped, at: after(days: 1)) == .believed)
        #expect(clock.judge(jumped, at: after(days: 1)) == .believed)
        // The next jump is a new one.
        #expect(clock.judge(later(days: 100), at: after(days: 2)) == .doubted(isNews: true))
    }

    @Test func aClockThatIsSetRightIsBelievedAtOnce() {
        var clock = RetentionClock(keep: Self.month, known: time, at: begin)
        #expect(clock.judge(later(days: 4_000), at: begin) == .doubted(isNews: true))
        #expect(clock.judge(time, at: begin) == .believed)
        #expect(clock.judge(later(days: 4_000), at: begin) == .doubted(isNews: true))
    }
}
