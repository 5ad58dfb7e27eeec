import NIOPosix
import Synchronization

/// Appends to one recording, one chunk at a time, on other threads than those that serve.
final class TranscriptWriter: Sendable {
    private let file: Mutex<TranscriptFile>
    /// The file's `next` after the last append. Whoever asks for it serves others, and does not wait for the disk.
    private let known: Atomic<UInt64>
    private let mayWrite: @Sendable () throws -> Void

    /// Opens a recording.
    ///
    /// - Parameter mayWrite: Called right before each write; it throws if another daemon may have taken the recording over.
    init(_ path: String, mayWrite: @escaping @Sendable () throws -> Void = {}) throws(RuntimeError) {
        let file = try TranscriptFile(path)
        known = Atomic(file.next)
        self.file = Mutex(file)
        self.mayWrite = mayWrite
    }

    /// The number of the first chunk that the recording does not have.
    var next: UInt64 { known.load(ordering: .acquiring) }

    /// Returns `next` as it is after an append that is going on: a new host must not begin with that chunk's number, or what it sends
    /// would count as there already.
    func nextOfNewHost() async throws -> UInt64 {
        try await NIOThreadPool.singleton.runIfActive { self.file.withLock { $0.next } }
    }

    /// The number of bytes that appending a chunk writes.
    func cost(of number: UInt64, _ data: [UInt8]) -> Int { TranscriptFile.cost(of: number, data, behind: next) }

    /// Requires that the disk has room for so many more bytes.
    func requireRoom(for bytes: Int) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            try self.file.withLock { file in
                try self.mayWrite()
                try file.requireRoom(for: bytes)
            }
        }
    }

    /// Appends a chunk, and returns once it is on the disk.
    func append(_ number: UInt64, _ data: [UInt8]) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            try self.file.withLock { file in
                try self.mayWrite()
                defer { self.known.store(file.next, ordering: .releasing) }
                try file.append(number, data)
            }
        }
    }
}

/// The writers in use: one for each recording, since a writer remembers the length of its file.
final class TranscriptWriters: Sendable {
    private struct Open {
        var places: [String: Entry] = [:]
        /// The number of places at which those without a writer are removed. It follows their number, so that hosts that all connect
        /// at once are not looked through again for each of them.
        var sweepAt = 64

        mutating func sweep() {
            places = places.filter { $0.value.openers > 0 || $0.value.place.isInUse }
            sweepAt = max(64, places.count * 2)
        }
    }

    private struct Entry {
        let place = Place()
        /// The number of callers that are opening the recording now. While there are any, the place stays, so that one recording is
        /// never opened twice.
        var openers = 0
    }

    private let open = Mutex(Open())
    private let mayWrite: @Sendable () throws -> Void

    init(mayWrite: @escaping @Sendable () throws -> Void) { self.mayWrite = mayWrite }

    /// Returns the recording's writer, and opens the recording if it has none. Only callers for the same recording wait for each
    /// other.
    func writer(_ path: String) throws(RuntimeError) -> TranscriptWriter {
        let place = open.withLock { open in
            if open.places[path] == nil, open.places.count >= open.sweepAt { open.sweep() }
            var entry = open.places[path] ?? Entry()
            entry.openers += 1
            open.places[path] = entry
            return entry.place
        }
        defer { open.withLock { open -> Void in open.places[path]?.openers -= 1 } }
        return try place.writer(path, mayWrite)
    }
}

/// The place of one recording's writer. Opening a file cuts off what comes after its last whole chunk, so nobody else may be
/// writing to it then.
private final class Place: Sendable {
    private struct Reference {
        weak var writer: TranscriptWriter?
    }

    private let reference = Mutex(Reference())

    var isInUse: Bool { reference.withLock { $0.writer != nil } }

    func writer(
        _ path: String, _ mayWrite: @escaping @Sendable () throws -> Void
    ) throws(RuntimeError) -> TranscriptWriter {
        let result: Result<TranscriptWriter, RuntimeError> = reference.withLock { reference in
            if let writer = reference.writer { return .success(writer) }
            do throws(RuntimeError) {
                let writer = try TranscriptWriter(path, mayWrite: mayWrite)
                reference.writer = writer
                return .success(writer)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
