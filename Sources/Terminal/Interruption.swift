import Dispatch
import TCPOSIX

/// Ctrl-C and a polite kill, as the cancellation of a task: what runs then stops in an orderly way. A second one ends the
/// process at once.
public enum Interruption {
    public static func stopping<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        // Nothing begins before the signals are heard: one that came first would end the process where it stands.
        let (signalsAreHeard, hearing) = AsyncStream<Never>.makeStream()
        let work = Task {
            for await _ in signalsAreHeard {}
            return try await body()
        }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable in
                signal(number, SIG_DFL)
                work.cancel()
            }
            source.resume()
            return source
        }
        hearing.finish()
        defer {
            for source in sources { source.cancel() }
            for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        }
        return try await work.value
    }
}
