import TCMCP
import TCSettings
import Testing

@testable import TCRuntime

struct RunningCallsTests {
    /// A client that reuses the id of a call can cancel the later call, also once the earlier one has ended.
    @Test func theEndOfAnEarlierCallForgetsNoLaterOne() async throws {
        let identity = Identity(person: "Ann", role: .member, uid: 1_000, osUsername: "ann")
        let call = RunningCall(caller: Caller(identity: identity), session: nil, id: .text("1"))
        let calls = RunningCalls()
        let (begun, hasBegun) = AsyncStream<Void>.makeStream()
        let (end, ends) = AsyncStream<Void>.makeStream()
        var beginnings = begun.makeAsyncIterator()
        let first = Task {
            try await calls.run(call) {
                hasBegun.yield()
                for await _ in end {}
            }
        }
        _ = await beginnings.next()
        let second = Task {
            try await calls.run(call) {
                hasBegun.yield()
                try await Task.sleep(for: .seconds(3_600))
            }
        }
        _ = await beginnings.next()
        ends.finish()
        try await first.value
        calls.cancel(call)
        await #expect(throws: CancellationError.self) { try await second.value }
    }
}
