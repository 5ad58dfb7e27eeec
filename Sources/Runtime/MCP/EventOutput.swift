import Synchronization
import TCMCP

/// What is to be written to a client, in the order in which it came: a few words, however slowly it reads.
final class EventOutput: Sendable {
    let texts: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let lastWord = Mutex(ContinuousClock.now)

    /// A client hears of us at least so often, or we of it that it is gone.
    private static let silence = Duration.seconds(15)

    init() { (texts, continuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded) }

    func put(_ text: String) {
        lastWord.withLock { $0 = .now }
        continuation.yield(text)
    }

    func keepAlive() {
        let isDue = lastWord.withLock { ContinuousClock.now - $0 > Self.silence }
        if isDue { put(EventFrame.keepAlive) }
    }

    func end() { continuation.finish() }
}
