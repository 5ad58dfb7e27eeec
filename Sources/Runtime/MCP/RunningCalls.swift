import Synchronization
import TCMCP

/// The identity of a call that a client may cancel: the caller, the client's session, and the id that the client gave to the
/// call.
struct RunningCall: Hashable, Sendable {
    let caller: Caller
    let session: String?
    let id: RPCID
}

/// The long calls that run, so that they can be cancelled.
final class RunningCalls: Sendable {
    private let calls = Mutex<[RunningCall: AsyncStream<Void>.Continuation]>([:])

    /// Runs a call until it ends or is cancelled.
    ///
    /// - Throws: `CancellationError` if it is cancelled.
    func run(_ call: RunningCall, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let (end, continuation) = AsyncStream<Void>.makeStream()
        // A client that reuses an id has two calls under it, and can cancel only the later one.
        calls.withLock { $0[call] = continuation }
        defer { calls.withLock { $0[call] = nil } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                for await _ in end {}
                throw CancellationError()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    func cancel(_ call: RunningCall) { calls.withLock { $0[call] }?.finish() }
}
