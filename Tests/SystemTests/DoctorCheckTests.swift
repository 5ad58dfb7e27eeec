import Dialects
import TCSystem
import Testing

/// Tests the verdicts of checks for machines that the tests don't have.
struct DoctorCheckTests {
    private static let now = Timestamp.now

    @Test(arguments: [(-6, false), (-5, true), (0, true), (5, true), (7, false)])
    func clocksMayDifferByFiveSeconds(_ seconds: Int, _ isRight: Bool) {
        let said = Self.now.advanced(seconds: Int64(seconds))
        let check = ClockCheck.judge("the daemon's", said, asked: Self.now, answered: Self.now)
        #expect((check.outcome == .ok) == isRight && (check.advice == nil) == isRight, "\(check)")
    }

    /// A long wait for the answer does not count as a wrong clock.
    @Test func theTimeOfAnAnswerIsNotCounted() {
        let check = ClockCheck.judge(
            "the daemon's", Self.now, asked: Self.now.advanced(seconds: -60), answered: Self.now.advanced(seconds: 60))
        #expect(check.outcome == .ok)
    }

    @Test(arguments: [
        (UInt64(2_000_000_000), UInt64(1_000_000_000_000), UInt64?(1_000_000), true),
        (999_999_999, 1_000_000_000_000, 1_000_000, false), (60_000_000, 1_000_000_000, nil, true),
        (49_000_000, 1_000_000_000, nil, false), (500_000_000_000, 1_000_000_000_000, 12, false), (0, 0, nil, true),
    ])
    func room(_ free: UInt64, _ size: UInt64, _ files: UInt64?, _ isEnough: Bool) {
        let check = SpaceCheck.judge("/var", .init(free: free, size: size, files: files)) { "\($0) B" }
        #expect((check.outcome == .ok) == isEnough, "\(check)")
    }

    @Test func whatCantBeLookedAtIsNotFine() {
        #expect(SpaceCheck.judge("/no", nil) { "\($0)" }.outcome == .notChecked)
        #expect(SpaceCheck.look(at: "/no/such/folder") == nil)
        #expect(LogCheck.judge("/l", .forbidden, isOld: false) { "\($0)" }.outcome == .notChecked)
    }

    @Test func aLogIsThereAndWrittenAndRotated() {
        func outcome(_ facts: LogCheck.Facts, isOld: Bool = false) -> HealthCheck.Outcome {
            LogCheck.judge("/l", facts, isOld: isOld) { "\($0)" }.outcome
        }
        #expect(outcome(.absent) == .failed)
        #expect(outcome(.there(bytes: 0)) == .failed && outcome(.there(bytes: 0), isOld: true) == .ok)
        #expect(outcome(.there(bytes: 12)) == .ok && outcome(.there(bytes: 1_000_000_001)) == .failed)
        #expect(LogCheck.look(at: "/no/such/log") == .absent)
    }

    @Test func whatNeverComesBackIsNotWaitedFor() async throws {
        let never = try await TimeLimit.wait(.milliseconds(50)) {
            try await Task.sleep(for: .seconds(3_600))
            return 1
        }
        #expect(never == nil)
        #expect(try await TimeLimit.wait(.seconds(60)) { 2 } == 2)
        await #expect(throws: CancellationError.self) {
            _ = try await TimeLimit.wait(.seconds(60)) { () async throws -> Int in throw CancellationError() }
        }
    }
}
