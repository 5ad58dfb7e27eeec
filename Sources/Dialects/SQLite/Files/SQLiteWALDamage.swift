import TCPOSIX

/// The frames of a -wal that SQLite passes over in silence although somebody committed them
/// (https://www.sqlite.org/walformat.html, "The WAL File Format").
package enum SQLiteWALDamage: Equatable, CustomStringConvertible, Sendable {
    /// The file's header is not one, so that no frame of the file counts.
    case header
    /// A frame is damaged, so that its transaction doesn't count, and neither does any frame behind it.
    case frames(ignored: Int, of: Int)

    package var description: String {
        switch self {
        case .header: "SQLite ignores all of its -wal, whose header is damaged"
        case .frames(let ignored, let all):
            "SQLite ignores \(ignored) of \(all) frames of its -wal: a damaged one's transaction, and all behind it"
        }
    }

    /// Reads a -wal; returns `nil` if it is whole, has no frames, or can't be read.
    package init?(ofWALAt path: String) {
        // Opening a pipe without O_NONBLOCK would wait for a writer. SQLite locks the -shm, so closing this loses none of its locks.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let header = Self.bytes(SQLiteWALWalk.headerSize, at: 0, of: descriptor)
        guard header.count == SQLiteWALWalk.headerSize else { return nil }
        guard var walk = SQLiteWALWalk(header: header) else {
            self = .header
            return
        }
        var (offset, frame) = (header.count, Self.bytes(walk.frameSize, at: header.count, of: descriptor))
        while frame.count == walk.frameSize {
            walk.read(frame)
            offset += frame.count
            frame = Self.bytes(walk.frameSize, at: offset, of: descriptor)
        }
        guard let damage = walk.damage else { return nil }
        self = damage
    }

    /// Returns fewer bytes only at the end of the file, or after an error.
    private static func bytes(_ count: Int, at offset: Int, of descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            while length < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + length }, count - length, off_t(offset + length))
                guard got > 0 else { return }
                length += got
            }
        }
    }
}

/// Follows the frames of a -wal as SQLite does when it recovers one.
struct SQLiteWALWalk {
    static let headerSize = 32
    private static let frameHeaderSize = 24

    let frameSize: Int
    private let isBigEndian: Bool
    private let salts: [UInt32]
    private var sum: (UInt32, UInt32) = (0, 0)
    /// The number of frames that were read.
    private var all = 0
    /// The number of frames before the first one that is damaged.
    private var whole = 0
    /// The number of whole frames up to the last commit among them: those that SQLite uses.
    private var used = 0
    /// The number of frames up to the last commit, whole or not. A frame from before the file was begun anew ends no commit.
    private var committed = 0

    /// Reads the header; `nil` if SQLite does not accept it.
    init?(header: [UInt8]) {
        let words = Self.words(header[...], isBigEndian: true)
        guard words.count == 8, words[0] & ~1 == 0x377F_0682, words[2].nonzeroBitCount == 1,
            (512...65_536).contains(words[2])
        else { return nil }
        isBigEndian = words[0] & 1 == 1
        frameSize = Self.frameHeaderSize + Int(words[2])
        salts = Array(words[4...5])
        add(header[..<24])
        guard sum == (words[6], words[7]) else { return nil }
    }

    /// Reads the next frame, its header and its page.
    mutating func read(_ frame: [UInt8]) {
        let words = Self.words(frame[..<Self.frameHeaderSize], isBigEndian: true)
        if whole == all {
            add(frame[..<8])
            add(frame[Self.frameHeaderSize...])
            if words[0] != 0, Array(words[2...3]) == salts, sum == (words[4], words[5]) { whole += 1 }
        }
        all += 1
        // Both salts change when the file is begun anew, so one that is right is enough. What a rollback has left behind the last commit
        // has them too, and ends none itself.
        guard words[1] != 0, words[2] == salts[0] || words[3] == salts[1] else { return }
        committed = all
        if whole == all { used = all }
    }

    var damage: SQLiteWALDamage? {
        committed > used ? .frames(ignored: committed - used, of: committed) : nil
    }

    /// Adds to the checksum, which runs on from frame to frame ("Checksum Algorithm").
    private mutating func add(_ bytes: ArraySlice<UInt8>) {
        let words = Self.words(bytes, isBigEndian: isBigEndian)
        for at in stride(from: 0, to: words.count - 1, by: 2) {
            sum.0 &+= words[at] &+ sum.1
            sum.1 &+= words[at + 1] &+ sum.0
        }
    }

    private static func words(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt32] {
        bytes.withUnsafeBytes { raw in
            stride(from: 0, to: raw.count - 3, by: 4).map { offset in
                let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
            }
        }
    }
}
