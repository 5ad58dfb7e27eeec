import Dispatch
import TCPOSIX

/// Turns Ctrl-C, SIGTERM and the end of the terminal into the cancellation of a task, so that the work stops in an orderly way. A
/// second signal ends the process at once.
package enum Interruption {
    package static func stopping<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        // The work begins after the signal handlers are in place, because an earlier signal would end the process immediately.
        let (signalsAreHeard, hearing) = AsyncStream<Never>.makeStream()
        let work = Task {
            for await _ in signalsAreHeard {}
            return try await body()
        }
        // Whoever starts a program with `nohup` wants it to outlive the terminal.
        let numbers = [SIGINT, SIGTERM] + (SignalDisposition.of(SIGHUP) == .ignored ? [] : [SIGHUP])
        let sources = numbers.map { number in
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
            for number in numbers { signal(number, SIG_DFL) }
        }
        return try await work.value
    }
}
