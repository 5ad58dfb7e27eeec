import TCPOSIX

/// The data of a database as its readers see them: each page as the last committed frame of the -wal has it, else as the file has it
/// (https://www.sqlite.org/fileformat2.html, sections 1.3 and 4). Opening a database, and copying its -wal into the file, change the
/// files, and not these data.
package enum SQLiteContent {
    /// Returns a digest of the data, as hexadecimal digits; `nil` if the files can't be read, or if there is a hot journal: the next reader
    /// puts the pages in it back into the file. It locks and writes nothing. While somebody writes, it may mix two states. SQLite keeps the
    /// -wal and the journal of a linked database beside the file that is meant.
    package static func digest(of path: String) -> String? {
        guard let files = try? SQLiteFile(existing: path), !files.hasHotJournal, let file = ContentFile(files.path)
        else {
            return nil
        }
        var frames = CommittedFrames()
        if access(files.wal, F_OK) == 0 {
            guard let wal = ContentFile(files.wal) else { return nil }
            frames = CommittedFrames(in: wal)
        }
        // An empty file is a database without pages: SQLite writes the first one together with the first table.
        let length = file.size
        if length == 0, frames.pageSize == nil { return Digest().hexadecimal }
        guard let size = frames.pageSize ?? pageSize(file.read(100, at: 0)) else { return nil }
        var digest = Digest()
        for page in 0..<(frames.pageCount ?? (length + size - 1) / size) {
            var bytes = frames.page(page + 1) ?? file.read(size, at: page * size)
            // A free page need not be written anywhere, until a later one lengthens the file.
            if bytes.count < size { bytes += [UInt8](repeating: 0, count: size - bytes.count) }
            if page == 0 { for at in notData { bytes[at] = 0 } }
            bytes.withUnsafeBytes { digest.mix($0) }
        }
        return digest.hexadecimal
    }

    /// The places in the first page that tell of the journal's mode, of the number of changes, and of the SQLite that made the last one.
    private static let notData = [18, 19] + Array(24..<28) + Array(92..<100)

    private static func pageSize(_ head: [UInt8]) -> Int? {
        guard head.count == 100 else { return nil }
        let size = Int(head[16]) << 8 | Int(head[17])
        return size == 1 ? 65_536 : size >= 512 ? size : nil
    }
}

private final class ContentFile {
    private let descriptor: SQLiteDescriptor

    init?(_ path: String) {
        guard let descriptor = SQLiteDescriptor(reading: path) else { return nil }
        self.descriptor = descriptor
    }

    var size: Int { Int(lseek(descriptor.number, 0, SEEK_END)) }

    /// Returns the bytes at an offset; fewer where the file ends.
    func read(_ count: Int, at offset: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            filled = max(0, pread(descriptor.number, bytes.baseAddress, count, off_t(offset)))
        }
    }
}

/// The committed frames of a -wal: those up to the last commit whose salts and checksums are right.
private struct CommittedFrames {
    private(set) var pageSize: Int?
    /// The number of pages of the database after the last commit.
    private(set) var pageCount: Int?
    private var wal: ContentFile?
    /// The offset of each page's last frame.
    private var places: [Int: Int] = [:]
    private static let (headerSize, frameHeaderSize) = (32, 24)

    /// Makes the frames of a -wal that does not exist: there are none.
    init() {}

    init(in wal: ContentFile) {
        let head = wal.read(Self.headerSize, at: 0)
        guard head.count == Self.headerSize, number(head, 0) & ~1 == 0x377F_0682 else { return }
        let isBigEndian = head[3] & 1 == 1
        let size = Int(number(head, 8))
        var sum = FrameChecksum()
        sum.add(head[..<24], isBigEndian)
        guard sum == FrameChecksum(head, 24), size >= 512, size <= 65_536 else { return }
        self.wal = wal
        var (at, open) = (Self.headerSize, [Int: Int]())
        while true {
            let frame = wal.read(Self.frameHeaderSize + size, at: at)
            guard frame.count == Self.frameHeaderSize + size, frame[8..<16] == head[16..<24] else { return }
            sum.add(frame[..<8], isBigEndian)
            sum.add(frame[Self.frameHeaderSize...], isBigEndian)
            guard sum == FrameChecksum(frame, 16) else { return }
            open[Int(number(frame, 0))] = at + Self.frameHeaderSize
            at += frame.count
            let pages = Int(number(frame, 4))
            guard pages > 0 else { continue }
            (pageSize, pageCount) = (size, pages)
            places.merge(open) { $1 }
            open = [:]
        }
    }

    /// Returns a page, counted from 1; `nil` if no frame has it.
    func page(_ number: Int) -> [UInt8]? {
        guard let wal, let pageSize, let at = places[number] else { return nil }
        return wal.read(pageSize, at: at)
    }
}

/// The checksum of a -wal's frames, which goes on from frame to frame (section 4.2).
private struct FrameChecksum: Equatable {
    private var (first, second): (UInt32, UInt32) = (0, 0)

    init() {}

    /// Reads a checksum that stands in a header.
    init(_ header: [UInt8], _ at: Int) { (first, second) = (number(header, at), number(header, at + 4)) }

    mutating func add(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) {
        bytes.withUnsafeBytes { bytes in
            for at in stride(from: 0, to: bytes.count - 7, by: 8) {
                let one = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                let two = bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
                first &+= (isBigEndian ? one.bigEndian : one.littleEndian) &+ second
                second &+= (isBigEndian ? two.bigEndian : two.littleEndian) &+ first
            }
        }
    }
}

/// Returns a number of a header: 4 bytes, the highest first.
private func number(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
}
