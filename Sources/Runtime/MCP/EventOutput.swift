import Synchronization
import TCMCP

/// The texts that are to be written to a client, in order. There are few, however slowly the client reads.
final class EventOutput: Sendable {
    let texts: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let lastWord = Mutex(ContinuousClock.now)

    /// The longest time without a text. After it a text is sent all the same, so that the client sees a sign of life, or the
    /// daemon notices that the client is gone.
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
