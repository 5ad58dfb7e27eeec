import NIOPosix
import Synchronization

/// Appends to one recording, one chunk at a time, on other threads than those that serve.
final class TranscriptWriter: Sendable {
    private let file: Mutex<TranscriptFile>
    private let mayWrite: @Sendable () throws -> Void

    /// Opens a recording.
    ///
    /// - Parameter mayWrite: Called right before each write; it throws if another daemon may have taken the recording over.
    init(_ path: String, mayWrite: @escaping @Sendable () throws -> Void = {}) throws(RuntimeError) {
        file = Mutex(try TranscriptFile(path))
        self.mayWrite = mayWrite
    }

    /// The number of the first chunk that the recording does not have.
    var next: UInt64 { file.withLock { $0.next } }

    /// Appends a chunk, and returns once it is on the disk.
    func append(_ number: UInt64, _ data: [UInt8]) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            try self.file.withLock { file in
                try self.mayWrite()
                try file.append(number, data)
            }
        }
    }
}

/// The writers in use: one for each recording, since a writer remembers the length of its file.
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
