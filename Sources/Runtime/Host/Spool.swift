#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Chunks that the daemon has not acknowledged, each a file: what was recorded while the daemon is away, or before the host was
/// killed, is delivered by whoever comes next.
struct Spool {
    private let folder: String
    private var numbers: [UInt64]
    /// The number of the next chunk. The newest file stays, emptied, when it is acknowledged, so that numbers go on where they
    /// were.
    private(set) var next: UInt64

    /// Numbers go on where the folder's end, but not before `firstChunk`.
    init(_ folder: String, firstChunk: UInt64 = 0) {
        self.folder = folder
        numbers = Folder.names(in: folder).compactMap { UInt64($0) }.sorted()
        next = max(firstChunk, numbers.last.map { $0 + 1 } ?? 0)
    }

    /// Keeps a chunk and returns its number. A disk that is full loses it, which shows as a gap in the recording.
    mutating func append(_ data: [UInt8]) -> UInt64 {
        let number = next
        next += 1
        let descriptor = open(path(number), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return number }
        defer { close(descriptor) }
        let isWritten = data.withUnsafeBytes { bytes in
            #if canImport(Glibc)
                Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
            #else
                Darwin.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
            #endif
        }
        if isWritten { numbers.append(number) } else { unlink(path(number)) }
        return number
    }

    /// Chunks from `number` on, those that are still here.
    func chunks(from number: UInt64) -> [UInt64] { numbers.filter { $0 >= number } }

    func data(_ number: UInt64) -> [UInt8]? { HostFolder.read(path(number)) }

    /// The daemon has everything up to this one.
    mutating func acknowledge(_ number: UInt64) {
        for done in numbers where done <= number {
            if done == next - 1 { truncate(path(done), 0) } else { unlink(path(done)) }
        }
        numbers.removeAll { $0 <= number }
    }

    var isEmpty: Bool { numbers.isEmpty }

    private func path(_ number: UInt64) -> String { "\(folder)/\(number)" }
}
