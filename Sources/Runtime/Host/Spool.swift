import TCPOSIX

/// Chunks that the daemon has not acknowledged, each a file: what was recorded while the daemon is away, or before the host was
/// killed, is delivered by whoever comes next.
struct Spool {
    /// What a session may keep on its owner's disk while nobody takes it.
    static let limit = 256 << 20

    private let folder: String
    private let limit: Int
    private var chunks: [(number: UInt64, bytes: Int)]
    private var bytes: Int
    /// The number of the next chunk. The newest file stays, emptied, when it is acknowledged, so that numbers go on where they
    /// were.
    private(set) var next: UInt64
    /// Chunks before this one may be with the daemon already: what is in them stays as it is.
    private var sealed: UInt64

    /// Numbers go on where the folder's end, but not before `firstChunk`.
    init(_ folder: String, firstChunk: UInt64 = 0, limit: Int = Spool.limit) {
        (self.folder, self.limit) = (folder, limit)
        chunks = Folder.names(in: folder).compactMap { UInt64($0) }.sorted().map { number in
            var facts = stat()
            return (number, lstat("\(folder)/\(number)", &facts) == 0 ? Int(facts.st_size) : 0)
        }
        bytes = chunks.reduce(0) { $0 + $1.bytes }
        next = max(firstChunk, chunks.last.map { $0.number + 1 } ?? 0)
        sealed = next
    }

    /// Keeps a chunk and returns its number. A disk that is full loses it, which shows as a gap in the recording. So does the
    /// limit: the oldest are given up, but for the recording's beginning.
    mutating func append(_ data: [UInt8]) -> UInt64 {
        let number = next
        next += 1
        guard HostFolder.write(data, to: path(number)) else { return number }
        chunks.append((number, data.count))
        bytes += data.count
        while bytes > limit, let at = chunks.indices.dropLast().first(where: { chunks[$0].number > 0 }) {
            unlink(path(chunks[at].number))
            bytes -= chunks.remove(at: at).bytes
        }
        return number
    }

    /// Keeps more of the recording: in the last chunk, as long as nobody has seen that one and it stays below `longest` bytes.
    /// Hours without a daemon so become some files, and not one for each moment.
    mutating func add(_ data: [UInt8], longest: Int) {
        guard let last = chunks.last, last.number >= sealed, last.bytes + data.count <= longest,
            let before = self.data(last.number), HostFolder.write(before + data, to: path(last.number))
        else {
            _ = append(data)
            return
        }
        chunks[chunks.count - 1].bytes += data.count
        bytes += data.count
    }

    /// What comes now begins a chunk of its own.
    mutating func closeLast() { sealed = next }

    /// The daemon has chunks that were never made here: numbers go on behind them, or it would take new ones for known.
    mutating func skip(to number: UInt64) {
        next = max(next, number)
        sealed = max(sealed, next)
    }

    /// Chunks from `number` on, those that are still here.
    func chunks(from number: UInt64) -> [UInt64] { chunks.suffix(chunks.count - index(of: number)).map(\.number) }

    /// At most `count` of them, which are about to be sent, and whether these are all.
    mutating func seal(from number: UInt64, atMost count: Int) -> (numbers: [UInt64], areAll: Bool) {
        let waiting = chunks[index(of: number)...]
        let numbers = waiting.prefix(count).map(\.number)
        if let last = numbers.last { sealed = max(sealed, last + 1) }
        return (numbers, waiting.count <= count)
    }

    func data(_ number: UInt64) -> [UInt8]? { HostFolder.read(path(number)) }

    /// The daemon has everything up to this one.
    mutating func acknowledge(_ number: UInt64) {
        let done = chunks.prefix { $0.number <= number }
        for chunk in done {
            if chunk.number == next - 1 { truncate(path(chunk.number), 0) } else { unlink(path(chunk.number)) }
            bytes -= chunk.bytes
        }
        chunks.removeFirst(done.count)
        sealed = max(sealed, min(next, number == .max ? number : number + 1))
    }

    var isEmpty: Bool { chunks.isEmpty }

    /// The place of the first chunk that has this number or a higher one.
    private func index(of number: UInt64) -> Int {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func path(_ number: UInt64) -> String { "\(folder)/\(number)" }
}
