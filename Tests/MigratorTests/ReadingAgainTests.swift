import Dialects
import Synchronization
import Testing

@testable import Migrator

@Suite("Reading a source again that was written meanwhile")
struct ReadingAgainTests {
    private static let change = DatabaseError(.changedMeanwhile, "another program wrote a.db", remedy: "stop it")

    @Test("it is read three times at most, and each new beginning is told")
    func never() async throws {
        let attempts = Mutex(0)
        let told = Mutex<[String]>([])
        let error = await #expect(throws: DatabaseError.self) {
            try await ReadingAgain.whenChanged({ remark in told.withLock { $0.append(remark) } }) {
                attempts.withLock { $0 += 1 }
                throw Self.change
            }
        }
        #expect(attempts.withLock { $0 } == 3)
        #expect(error?.message == "another program wrote a.db, 3 times")
        #expect(
            told.withLock { $0 }
                == Array(
                    repeating: "another program wrote a.db: everything was read again from the beginning", count: 2))
    }

    @Test("what comes through in the end says how often it began; another error ends it at once")
    func atLast() async throws {
        let attempts = Mutex(0)
        let (result, remarks) = try await ReadingAgain.whenChanged({ _ in }) {
            let attempt = attempts.withLock { count in
                count += 1
                return count
            }
            if attempt < 3 { throw Self.change }
            return attempt
        }
        #expect(result == 3 && remarks.count == 2)
        await #expect(throws: CancellationError.self) {
            try await ReadingAgain.whenChanged({ _ in Issue.record("begun again") }) { throw CancellationError() }
        }
    }
}
