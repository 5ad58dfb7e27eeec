import NIOPosix

/// Work whose length the caller determines, such as the decoding of documents. It runs on one thread of its own, so that no
/// other caller's connection waits for it, and it occupies at most one core.
enum LongWork {
    private static let executor = EventLoopExecutor(MultiThreadedEventLoopGroup(numberOfThreads: 1).next())

    /// The size in bytes from which a document is worth the way to another thread; a smaller one is read in less time than that
    /// way takes.
    static let shortest = 4_096

    static func run<T>(_ body: () async throws -> T) async throws -> T {
        try await withTaskExecutorPreference(executor, operation: body)
    }
}
