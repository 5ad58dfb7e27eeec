import NIOPosix

/// Work that is as long as its caller likes: documents to be read. It has one thread of its own, so that no connection waits for
/// it but the caller's, and one core at most is busy with it.
enum LongWork {
    private static let executor = EventLoopExecutor(MultiThreadedEventLoopGroup(numberOfThreads: 1).next())

    /// So many bytes are read where one is: a way to another thread takes longer.
    static let shortest = 4_096

    static func run<T>(_ body: () async throws -> T) async throws -> T {
        try await withTaskExecutorPreference(executor, operation: body)
    }
}
