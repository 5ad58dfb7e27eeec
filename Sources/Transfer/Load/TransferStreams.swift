import Dialects
import Synchronization

/// The streams of a transfer. Each reads and writes by connections of its own, and all read the same snapshot of the source.
struct TransferStreams: Sendable {
    private let pairs: [ConnectionPair]

    /// Opens `count` streams over one snapshot, or as many of them as the server takes connections. If it throws `DatabaseError`,
    /// nothing is left open.
    static func open(_ count: Int, from: Database, to: Database) async throws -> TransferStreams {
        var pairs: [ConnectionPair] = []
        do {
            pairs.append(try await ConnectionPair.open(from, to))
            while pairs.count < count, let pair = try await further(from, to) { pairs.append(pair) }
            try await begin(pairs)
            return TransferStreams(pairs: pairs)
        } catch {
            for pair in pairs { await pair.close() }
            throw error
        }
    }

    /// Opens another pair; `nil` if the server takes no more connections.
    private static func further(_ from: Database, _ to: Database) async throws -> ConnectionPair? {
        try Task.checkCancellation()
        do throws(DatabaseError) {
            return try await ConnectionPair.open(from, to, isFurther: true)
        } catch {
            guard error.isForWantOfConnections else { throw error }
            return nil
        }
    }

    private static func begin(_ pairs: [ConnectionPair]) async throws {
        guard let first = pairs.first else { return }
        let share = try await first.run { reading, _ in try reading.beginSharedSnapshot() }
        for pair in pairs.dropFirst() { try await pair.run { reading, _ in try reading.beginSnapshot(joining: share) } }
        try await first.run { reading, _ in try reading.endSharing() }
    }

    private init(pairs: [ConnectionPair]) { self.pairs = pairs }

    /// Returns the error behind this one (`ConnectionPair.cause`). An interruption is returned as it is.
    func cause(of error: any Error) async -> any Error {
        if case TransferError.interrupted = error { return error }
        return await pairs.first?.cause(of: error) ?? error
    }

    var count: Int { pairs.count }

    func close() async { for pair in pairs { await pair.close() } }

    /// Runs `body` on the first stream.
    func first<T: Sendable>(_ body: @Sendable (any Connection, any Connection) throws -> T) async throws -> T {
        try await pairs[0].run(body)
    }

    /// Runs `body` once on each stream.
    func onAll(_ body: @Sendable (any Connection, any Connection) throws -> Void) async throws {
        for pair in pairs { try await pair.run(body) }
    }

    /// Runs `body` for each item and returns the results in the items' order. Items are taken in that order by whichever
    /// stream is free next. Items that are `bulky` are run by the first stream alone, before all others, so that only one
    /// such item takes memory at a time. The first error stops all streams, and is thrown once they have stopped.
    func each<Item: Sendable, Result: Sendable>(
        _ items: [Item], bulky: (Item) -> Bool = { _ in false },
        _ body: @escaping @Sendable (Item, any Connection, any Connection) throws -> Result
    ) async throws -> [Result] {
        let large = WorkQueue(items.indices.filter { bulky(items[$0]) })
        let others = WorkQueue(items.indices.filter { !bulky(items[$0]) })
        return try await withThrowingTaskGroup(of: [(Int, Result)].self) { group in
            for (stream, pair) in pairs.prefix(items.count).enumerated() {
                group.addTask {
                    var results: [(Int, Result)] = []
                    while let at = (stream == 0 ? large.next() : nil) ?? others.next() {
                        let result = try await pair.run { reading, writing in
                            let result = try body(items[at], reading, writing)
                            // The snapshot is confirmed after each item and not only at the end: the rest may take hours, and
                            // what was read may be worthless.
                            try reading.confirmSnapshot()
                            return result
                        }
                        results.append((at, result))
                    }
                    return results
                }
            }
            var results: [(Int, Result)] = []
            for try await part in group { results += part }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

/// Hands out the indices of the work items, each once.
private final class WorkQueue: Sendable {
    private let numbers: [Int]
    private let taken = Mutex(0)

    init(_ numbers: [Int]) { self.numbers = numbers }

    func next() -> Int? {
        taken.withLock { taken in
            guard taken < numbers.count else { return nil }
            taken += 1
            return numbers[taken - 1]
        }
    }
}
