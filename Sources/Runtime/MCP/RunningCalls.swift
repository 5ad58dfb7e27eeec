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
    private struct Calls {
        var ends: [RunningCall: (number: UInt64, end: AsyncStream<Void>.Continuation)] = [:]
        var last: UInt64 = 0
    }

    private let calls = Mutex(Calls())

    /// Runs a call until it ends or is cancelled.
    ///
    /// - Throws: `CancellationError` if it is cancelled.
    func run(_ call: RunningCall, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let (end, continuation) = AsyncStream<Void>.makeStream()
        // A client that reuses an id has two calls under it, and can cancel only the later one.
        let number = calls.withLock { calls in
            calls.last += 1
            calls.ends[call] = (calls.last, continuation)
            return calls.last
        }
        defer { calls.withLock { if $0.ends[call]?.number == number { $0.ends[call] = nil } } }
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

    func cancel(_ call: RunningCall) { calls.withLock { $0.ends[call]?.end }?.finish() }
}
