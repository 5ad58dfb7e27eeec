import TCPOSIX

/// The chunks that the daemon has not acknowledged, each of them in a file. If the daemon is away, or the host is killed, the
/// chunks remain for a later delivery, if necessary by another host. What a full disk does not take is kept in memory.
struct Spool {
    /// The number of bytes that a session may keep on its owner's disk while the daemon takes none, and in memory while the disk
    /// takes none either.
    static let (limit, memory) = (256 << 20, 8 << 20)

    private let folder: String
    private let limit: Int
    private let memory: Int
    /// The chunks that the disk has not taken.
    private var unsaved: [UInt64: [UInt8]] = [:]
    private(set) var chunks: [(number: UInt64, bytes: Int)]
    private var bytes: Int
    /// The number of the next chunk. The newest file stays, emptied, when its chunk is acknowledged, so that a later host
    /// continues the numbers.
    private(set) var next: UInt64
    /// The first chunk that can't have been sent yet. The chunks before it may be with the daemon already, so their contents no
    /// longer change.
    private var sealed: UInt64

    /// Opens a spool. Its numbers continue those in the folder, but begin no lower than `firstChunk`.
    ///
    /// - Throws: `RuntimeError` if the folder can't be read: numbers that begin anew would replace what is in it.
    init(
        _ folder: String, firstChunk: UInt64 = 0, limit: Int = Spool.limit, memory: Int = Spool.memory
    ) throws(RuntimeError) {
        (self.folder, self.limit, self.memory) = (folder, limit, memory)
        chunks = try Self.names(in: folder).compactMap { UInt64($0) }.sorted().map { number in
            var facts = stat()
            return (number, lstat("\(folder)/\(number)", &facts) == 0 ? Int(facts.st_size) : 0)
        }
        bytes = chunks.reduce(0) { $0 + $1.bytes }
        next = max(firstChunk, chunks.last.map { $0.number + 1 } ?? 0)
        sealed = next
    }

    private static func names(in folder: String) throws(RuntimeError) -> [String] {
        do throws(SystemError) { return try FolderNames(in: folder).all() } catch {
            guard error.number != ENOENT else { return [] }
            throw RuntimeError(.failed, "\(folder) can't be read: \(error)")
        }
    }

    /// Stores a chunk and returns its number. Beyond the limits, the oldest chunks are lost, except for the recording's beginning.
    /// This shows as a gap in the recording, because a later chunk is there.
    mutating func append(_ data: [UInt8]) -> UInt64 {
        let number = next
        next += 1
        chunks.append((number, data.count))
        bytes += data.count
        store(data, number)
        while bytes > limit, let at = chunks.indices.dropLast().first(where: { chunks[$0].number > 0 }) { lose(at) }
        return number
    }

    /// Adds to the recording: to the last chunk, as long as that was not sent and stays within `longest` bytes, or else as a
    /// new chunk. Hours without a daemon therefore need a few files instead of one for each moment.
    mutating func add(_ data: [UInt8], longest: Int) {
        guard let last = chunks.last, last.number >= sealed, last.bytes + data.count <= longest,
            let before = self.data(last.number)
        else {
            _ = append(data)
            return
        }
        chunks[chunks.count - 1].bytes += data.count
        bytes += data.count
        store(before + data, last.number)
    }

    /// Writes a chunk to the disk. If the disk does not take it, the whole chunk is kept in memory. Once the disk takes one again,
    /// it also gets those in memory.
    private mutating func store(_ data: [UInt8], _ number: UInt64) {
        unsaved[number] = HostFolder.write(data, to: path(number)) ? nil : data
        guard unsaved[number] != nil else {
            for (number, data) in unsaved where HostFolder.write(data, to: path(number)) { unsaved[number] = nil }
            return
        }
        while unsaved.values.reduce(0, { $0 + $1.count }) > memory,
            let at = chunks.indices.dropLast().first(where: { at in
                chunks[at].number > 0 && unsaved[chunks[at].number] != nil
            })
        { lose(at) }
    }

    /// Gives up the chunk at this index.
    private mutating func lose(_ at: Int) {
        let chunk = chunks.remove(at: at)
        unlink(path(chunk.number))
        unsaved[chunk.number] = nil
        bytes -= chunk.bytes
    }

    /// Closes the last chunk, so that the next data begins a chunk of its own.
    mutating func closeLast() { sealed = next }

    /// Continues the numbers at `number`, because the daemon has chunks that were never made here. Otherwise it would take new
    /// chunks for ones that it knows.
    mutating func skip(to number: UInt64) {
        next = max(next, number)
        sealed = max(sealed, next)
    }

    /// Returns the numbers of at most `count` chunks that are about to be sent, and whether they are all that there are. Their
    /// contents no longer change.
    mutating func seal(from number: UInt64, atMost count: Int) -> (numbers: [UInt64], areAll: Bool) {
        let waiting = chunks[index(of: number)...]
        let numbers = waiting.prefix(count).map(\.number)
        if let last = numbers.last { sealed = max(sealed, last + 1) }
        return (numbers, waiting.count <= count)
    }

    func data(_ number: UInt64) -> [UInt8]? { unsaved[number] ?? HostFolder.read(path(number)) }

    /// Removes the chunks up to `number`, which the daemon has stored.
    mutating func acknowledge(_ number: UInt64) {
        let done = chunks.prefix { $0.number <= number }
        for chunk in done {
            let isSaved = unsaved.removeValue(forKey: chunk.number) == nil
            switch chunk.number {
            case next - 1 where isSaved: truncate(path(chunk.number), 0)
            case next - 1: _ = HostFolder.write([], to: path(chunk.number))
            default: unlink(path(chunk.number))
            }
            bytes -= chunk.bytes
        }
        chunks.removeFirst(done.count)
        sealed = max(sealed, min(next, number == .max ? number : number + 1))
    }

    /// Returns the index of the first chunk whose number is at least `number`.
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
