import TCPOSIX

/// A thread of its own for work that blocks. The threads that Swift's tasks and libdispatch's queues share must not be blocked.
enum DetachedThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a new thread, which ends with it.
    ///
    /// - Throws: ``DatabaseError`` when the system has no thread left to give.
    static func start(_ body: @escaping @Sendable () -> Void) throws(DatabaseError) {
        var thread = pthread_t()
        let unclaimed = Unmanaged.passRetained(Work(body))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, unclaimed.toOpaque())
        guard code == 0 else {
            unclaimed.release()
            throw DatabaseError(
                .other, "the thread for a connection could not be started: \(SystemError(code))",
                remedy: "raise the limit on processes and threads (ulimit -u)")
        }
        pthread_detach(thread)
    }
}
