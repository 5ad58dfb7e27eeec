/// Limits the wait for an operation that may never end, such as a question to a stopped daemon or a disk that hangs.
package enum TimeLimit {
    /// Returns the result of `body`, or `nil` if it took longer than the limit. In that case `body` continues, and its result is
    /// dropped.
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
