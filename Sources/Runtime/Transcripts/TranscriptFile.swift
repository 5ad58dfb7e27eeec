import TCPOSIX

/// A recording on the daemon's disk that is being written, chunk by chunk, each completely or not at all.
///
/// A chunk is followed by its number in the file itself, so both become durable together. If a crash leaves a part of a chunk
/// without its number, that part is cut off when the file is opened again, and the host sends the chunk once more.
public final class TranscriptFile {
    private let file: Descriptor
    private var size: Int64
    /// The number of the first chunk that the file does not have.
    public private(set) var next: UInt64

    /// Opens the file, or makes it, readable by its owner alone.
    ///
    /// - Throws: `RuntimeError`.
    public init(_ path: String) throws(RuntimeError) {
        guard let file = Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK) else {
            throw Self.failure("can't be opened")
        }
        guard file.isRegularFile else {
            throw RuntimeError(.failed, "a transcript can't be opened: \(TranscriptPiece.notAFile)")
        }
        self.file = file
        (size, next) = try Self.lastChunk(file.number)
        guard ftruncate(file.number, off_t(size)) == 0 else {
            throw Self.failure("can't be cut to its last whole chunk")
        }
    }

    /// Writes a chunk, and returns once it is on the disk. A chunk that the file has already is ignored. If chunks before it
    /// are missing, a gap in the recording says so.
    public func append(_ number: UInt64, _ data: [UInt8]) throws(RuntimeError) {
        guard number >= next else { return }
        guard number < .max else { throw RuntimeError(.badRequest, "chunk \(number) has the last possible number") }
        guard Recording.isWellFormed(data, allowsHeader: size == 0) else {
            throw RuntimeError(.badRequest, "chunk \(number) holds something that is not a line of a recording")
        }
        var bytes = data
        if number > next { bytes.insert(contentsOf: Self.missing(next..<number), at: headerLength(data)) }
        bytes += Array(Recording.end(ofChunk: number).utf8)
        try write(bytes)
        size += Int64(bytes.count)
        next = number + 1
    }

    /// Returns the number of bytes that `append` writes for a chunk to a file with this `next`: with its number, and with the gap before it.
    static func cost(of number: UInt64, _ data: [UInt8], behind next: UInt64) -> Int {
        guard number >= next else { return 0 }
        let gap = number > next ? missing(next..<number).count : 0
        return data.count + gap + Recording.end(ofChunk: number).utf8.count
    }

    /// Requires that the disk takes so many more bytes: writes them, and cuts them off. No reader sees them, since they end no line.
    func requireRoom(for bytes: Int) throws(RuntimeError) {
        try write([UInt8](repeating: 0, count: bytes))
        guard ftruncate(file.number, off_t(size)) == 0 else {
            throw Self.failure("can't be cut to its last whole chunk")
        }
    }

    private static func missing(_ numbers: Range<UInt64>) -> [UInt8] {
        Array(Recording.gap("chunks \(numbers.lowerBound) to \(numbers.upperBound - 1) never came").utf8)
    }

    /// Returns the length of the header, after which a gap has to be inserted; 0 if the data has no header.
    private func headerLength(_ data: [UInt8]) -> Int {
        guard data.first == UInt8(ascii: "{") else { return 0 }
        return (data.firstIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    }

    private func write(_ bytes: [UInt8]) throws(RuntimeError) {
        guard file.write(bytes, at: size) else { throw failed("can't be written") }
        guard fdatasync(file.number) == 0 else { throw failed("did not reach the disk") }
    }

    /// Cuts off the incomplete chunk and returns the error. If the cut fails, the next write or the next opening replaces the
    /// chunk.
    private func failed(_ what: String) -> RuntimeError {
        let error = Self.failure(what)
        ftruncate(file.number, off_t(size))
        return error
    }

    private static func failure(_ what: String) -> RuntimeError {
        RuntimeError(.failed, "a transcript \(what): \(SystemError.last)")
    }

    /// Returns the position where the last complete chunk ends, and the number after it. It reads the file backwards until it
    /// finds one.
    private static func lastChunk(_ descriptor: Int32) throws(RuntimeError) -> (size: Int64, next: UInt64) {
        var end = Int64(lseek(descriptor, 0, SEEK_END))
        guard end >= 0 else { throw failure("can't be read") }
        var tail: [UInt8] = []
        while end > 0 {
            let start = max(0, end - 65_536)
            var block = [UInt8](repeating: 0, count: Int(end - start))
            guard pread(descriptor, &block, block.count, off_t(start)) == block.count else {
                throw failure("can't be read")
            }
            tail = block + tail
            if let found = lastChunk(in: tail, at: start) { return found }
            end = start
        }
        return (0, 0)
    }

    /// Finds the last line in `bytes` that ends a chunk. The bytes begin at `offset` of the file.
    private static func lastChunk(in bytes: [UInt8], at offset: Int64) -> (size: Int64, next: UInt64)? {
        guard var lineEnd = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
        while true {
            let start = bytes[..<lineEnd].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
            if let start = start ?? (offset == 0 ? 0 : nil), bytes[start] == UInt8(ascii: "#") {
                let line = String(decoding: bytes[start..<lineEnd], as: UTF8.self)
                if let number = Recording.endOfChunk(line) { return (offset + Int64(lineEnd) + 1, number + 1) }
            }
            guard let start else { return nil }
            lineEnd = start - 1
        }
    }
}
