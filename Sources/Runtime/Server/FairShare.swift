import Synchronization

/// Limits the number of long statements that each caller may run at once. Whoever requests many waits for their own, and never
/// takes all connections to the database.
final class FairShare: Sendable {
    private struct Line {
        var running = 0
        var waiting: [Waiting] = []
    }

    private struct Waiting {
        var ticket: UInt64
        var turn: CheckedContinuation<Void, any Error>
    }

    private let most: Int
    private let lines = Mutex<[ConnectionLimits.Party: Line]>([:])
    private let tickets = Atomic<UInt64>(0)

    init(most: Int = 2) { self.most = most }

    /// Runs `body` once the party has a free place.
    ///
    /// - Throws: `CancellationError` if the task is cancelled before, and the errors of `body`.
    func run<T>(_ party: ConnectionLimits.Party, _ body: () async throws -> T) async throws -> T {
        try await enter(party)
        defer { leave(party) }
        return try await body()
    }

    private func enter(_ party: ConnectionLimits.Party) async throws {
        let ticket = tickets.add(1, ordering: .relaxed).newValue
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { turn in
                let answer: Result<Void, any Error>? = lines.withLock { lines in
                    // Whoever is cancelled later is found in the line.
                    guard !Task.isCancelled else { return .failure(CancellationError()) }
                    guard lines[party, default: Line()].running < most else {
                        lines[party, default: Line()].waiting.append(Waiting(ticket: ticket, turn: turn))
                        return nil
                    }
                    lines[party, default: Line()].running += 1
                    return .success(())
                }
                if let answer { turn.resume(with: answer) }
            }
        } onCancel: {
            withdraw(ticket, from: party)
        }
    }

    /// Takes somebody out of the line who does not want to run any more. Does nothing for one whose turn has come.
    private func withdraw(_ ticket: UInt64, from party: ConnectionLimits.Party) {
        let gone = lines.withLock { lines -> Waiting? in
            guard let at = lines[party]?.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return lines[party]?.waiting.remove(at: at)
        }
        gone?.turn.resume(throwing: CancellationError())
    }

    /// Ends one run. The party's longest-waiting run takes over its place.
    private func leave(_ party: ConnectionLimits.Party) {
        let next = lines.withLock { lines -> Waiting? in
            guard var line = lines[party] else { return nil }
            let next = line.waiting.isEmpty ? nil : line.waiting.removeFirst()
            if next == nil { line.running -= 1 }
            lines[party] = line.running > 0 ? line : nil
            return next
        }
        next?.turn.resume()
    }
}
