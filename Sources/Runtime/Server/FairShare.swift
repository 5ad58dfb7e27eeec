import Synchronization

/// Limits the number of long statements that each caller may run at once. Whoever requests many waits for their own, and never
/// takes all connections to the database.
final class FairShare: Sendable {
    private struct Line {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let most: Int
    private let lines = Mutex<[ConnectionLimits.Party: Line]>([:])

    init(most: Int = 2) { self.most = most }

    func run<T>(_ party: ConnectionLimits.Party, _ body: () async throws -> T) async rethrows -> T {
        await enter(party)
        defer { leave(party) }
        return try await body()
    }

    private func enter(_ party: ConnectionLimits.Party) async {
        await withCheckedContinuation { continuation in
            let mayGo = lines.withLock { lines in
                guard lines[party, default: Line()].running < most else {
                    lines[party, default: Line()].waiting.append(continuation)
                    return false
                }
                lines[party, default: Line()].running += 1
                return true
            }
            if mayGo { continuation.resume() }
        }
    }

    /// Ends one run. The party's longest-waiting run takes over its place.
    private func leave(_ party: ConnectionLimits.Party) {
        let next = lines.withLock { lines -> CheckedContinuation<Void, Never>? in
            guard var line = lines[party] else { return nil }
            let next = line.waiting.isEmpty ? nil : line.waiting.removeFirst()
            if next == nil { line.running -= 1 }
            lines[party] = line.running > 0 ? line : nil
            return next
        }
        next?.resume()
    }
}
