import Dialects
import TestSupport
import Testing

@Suite("A lock that is held by a session of its own")
struct CancelledLockTests {
    /// Ctrl-C may come at any time: while the lock is requested, at the moment when it is acquired, or later.
    @Test(
        "is let go of whenever its caller is cancelled", .timeLimit(.minutes(10)), arguments: Backend.available)
    func cancelled(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let lock = AdvisoryLock("cancelled")
            for round in 0..<60 {
                let holder = Task {
                    try await database.withLock(lock, waiting: 10) { try? await Task.sleep(for: .seconds(600)) }
                }
                try await Task.sleep(for: .microseconds(round * 100))
                holder.cancel()
                _ = await holder.result
            }
            #expect(try await database.withLock(lock, waiting: 10) { 7 } == 7)
        }
    }
}
