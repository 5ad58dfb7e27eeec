/// Waits for what may never come back: a daemon that was stopped, a disk that hangs.
package enum TimeLimit {
    /// The result of `body`, or `nil` when it took longer. Whatever it does then goes on, and nobody waits for it.
    package static func wait<T: Sendable>(
        _ duration: Duration, for body: @escaping @Sendable () async throws -> T
    ) async throws -> T? {
        let (results, continuation) = AsyncThrowingStream<T?, any Error>.makeStream()
        let work = Task {
            do { continuation.yield(try await body()) } catch { continuation.finish(throwing: error) }
        }
        let alarm = Task {
            try await Task.sleep(for: duration)
            continuation.yield(nil)
        }
        defer {
            work.cancel()
            alarm.cancel()
        }
        for try await result in results { return result }
        return nil
    }
}
