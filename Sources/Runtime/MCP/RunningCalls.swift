import Synchronization
import TCMCP

/// A call that a client may take back: his, by the client that has asked, under the id that it gave.
struct RunningCall: Hashable, Sendable {
    let caller: Caller
    let session: String?
    let id: RPCID
}

/// Calls that take long, so that they can be taken back.
final class RunningCalls: Sendable {
    private let calls = Mutex<[RunningCall: AsyncStream<Void>.Continuation]>([:])

    /// Runs it until it ends or is taken back. Throws `CancellationError` then.
    func run(_ call: RunningCall, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let (end, continuation) = AsyncStream<Void>.makeStream()
        // One that reuses an id has two calls under it, and can take back the later one.
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
