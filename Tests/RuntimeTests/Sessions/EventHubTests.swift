import Testing

@testable import TCRuntime

struct EventHubTests {
    /// A listener with holes in what it hears would show sessions as they were, for ever.
    @Test(.timeLimit(.minutes(5))) func whoeverFallsBehindIsEnded() async {
        let hub = EventHub()
        let (slow, quick) = (hub.listen(), hub.listen())
        var listening = quick.makeAsyncIterator()
        for _ in 0..<300 {
            hub.askListeners()
            guard await listening.next() != nil else {
                Issue.record("it has not fallen behind")
                return
            }
        }
        var heard = 0
        for await _ in slow { heard += 1 }
        #expect(heard == 256)
    }
}
