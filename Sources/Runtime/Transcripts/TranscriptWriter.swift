import NIOPosix
import Synchronization

/// Appends to one recording, one chunk at a time, off the threads that serve.
final class TranscriptWriter: Sendable {
    private let file: Mutex<TranscriptFile>
    private let mayWrite: @Sendable () throws -> Void

    /// `mayWrite` is asked right before each write, and throws when another daemon may have taken the recording over.
    init(_ path: String, mayWrite: @escaping @Sendable () throws -> Void = {}) throws(RuntimeError) {
        file = Mutex(try TranscriptFile(path))
        self.mayWrite = mayWrite
    }

    /// The first chunk that is not there.
    var next: UInt64 { file.withLock { $0.next } }

    /// Returns when the chunk is on the disk.
    func append(_ number: UInt64, _ data: [UInt8]) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            try self.file.withLock { file in
                try self.mayWrite()
                try file.append(number, data)
            }
        }
    }
}

/// The writers that somebody has: one a recording, since each remembers how long its file is.
final class TranscriptWriters: Sendable {
    private struct Entry {
        weak var writer: TranscriptWriter?
    }

    private let open = Mutex<[String: Entry]>([:])
    private let mayWrite: @Sendable () throws -> Void

    init(mayWrite: @escaping @Sendable () throws -> Void) { self.mayWrite = mayWrite }

    func writer(_ path: String) throws(RuntimeError) -> TranscriptWriter {
        let result: Result<TranscriptWriter, RuntimeError> = open.withLock { open in
            if let writer = open[path]?.writer { return .success(writer) }
            open = open.filter { $0.value.writer != nil }
            do throws(RuntimeError) {
                let writer = try TranscriptWriter(path, mayWrite: mayWrite)
                open[path] = Entry(writer: writer)
                return .success(writer)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
