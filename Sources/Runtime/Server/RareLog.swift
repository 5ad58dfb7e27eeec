import Logging
import Synchronization

/// Logs warnings that could occur thousands of times a second at most once every ten seconds, with the number of those left
/// out. Whoever can fill a log can fill the disk.
final class RareLog: Sendable {
    private struct State {
        var silentUntil = ContinuousClock.now
        var passedOver = 0
    }

    private static let pause = Duration.seconds(10)

    private let logger: Logger
    private let state = Mutex(State())

    init(_ logger: Logger) { self.logger = logger }

    func warning(_ message: Logger.Message, _ metadata: Logger.Metadata = [:]) {
        let passedOver = state.withLock { state -> Int? in
            guard ContinuousClock.now >= state.silentUntil else {
                state.passedOver += 1
                return nil
            }
            defer { state = State(silentUntil: .now + Self.pause) }
            return state.passedOver
        }
        guard let passedOver else { return }
        let more: Logger.Metadata = passedOver == 0 ? [:] : ["before": "\(passedOver) times more"]
        logger.warning(message, metadata: metadata.merging(more) { first, _ in first })
    }
}
