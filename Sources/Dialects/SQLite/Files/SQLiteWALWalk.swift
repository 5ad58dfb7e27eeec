import TCPOSIX

/// The frames of a -wal, followed as SQLite does when it recovers one (https://www.sqlite.org/walformat.html, "The WAL File Format").
struct SQLiteWALWalk {
    static let headerSize = 32
    private static let frameHeaderSize = 24

    let pageSize: Int
    /// The number of pages of the database after the last commit that SQLite uses; `nil` if there is none.
    private(set) var pageCount: Int?
    /// Where each page lies in the file as the last commit has it.
    private(set) var pages: [Int: Int] = [:]
    /// The same of the pages whose commit has not been read yet.
    private var pending: [Int: Int] = [:]
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

    /// Reads a -wal; `nil` if SQLite does not accept its header. SQLite itself stops at the first damaged frame.
    init?(_ wal: borrowing SQLiteDescriptor, isToPassDamage: Bool) throws(SystemError) {
        self.init(header: try wal.bytes(Self.headerSize, at: 0))
        let frameSize = Self.frameHeaderSize + pageSize
        var offset = Self.headerSize
        while whole == all || isToPassDamage {
            let frame = try wal.bytes(frameSize, at: offset)
            guard frame.count == frameSize else { return }
            read(frame, at: offset)
            offset += frameSize
        }
    }

    private init?(header: [UInt8]) {
        let words = Self.words(header[...], isBigEndian: true)
        guard words.count == 8, words[0] & ~1 == 0x377F_0682, words[2].nonzeroBitCount == 1,
            (512...65_536).contains(words[2])
        else { return nil }
        isBigEndian = words[0] & 1 == 1
        pageSize = Int(words[2])
        salts = Array(words[4...5])
        add(header[..<24])
        guard sum == (words[6], words[7]) else { return nil }
    }

    /// Reads the next frame, its header and its page.
    private mutating func read(_ frame: [UInt8], at offset: Int) {
        let words = Self.words(frame[..<Self.frameHeaderSize], isBigEndian: true)
        if whole == all {
            add(frame[..<8])
            add(frame[Self.frameHeaderSize...])
            if words[0] != 0, Array(words[2...3]) == salts, sum == (words[4], words[5]) {
                whole += 1
                pending[Int(words[0])] = offset + Self.frameHeaderSize
            }
        }
        all += 1
        // Both salts change when the file is begun anew, so one that is right is enough. What a rollback has left behind the last commit
        // has them too, and ends none itself.
        guard words[1] != 0, words[2] == salts[0] || words[3] == salts[1] else { return }
        committed = all
        guard whole == all else { return }
        (used, pageCount) = (all, Int(words[1]))
        pages.merge(pending) { $1 }
        pending = [:]
    }

    /// What SQLite ignores of the frames that were read; `nil` if that is nothing.
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
