import TCPOSIX

/// The signs by which two looks at a database's files tell whether they were written in between: inode, size, time of change
/// and the first bytes, which hold the change counter and the salts of the -wal (https://www.sqlite.org/fileformat2.html,
/// sections 1.3 and 4.1).
struct SQLiteFingerprint: Equatable {
    private struct Part: Equatable {
        var device: UInt
        var inode: UInt
        var size: Int
        var changedSeconds: Int
        var changedNanoseconds: Int
        var head: [UInt8]
    }

    /// The signs of the file, of its -wal and of its -journal.
    private let parts: [Part?]
    private let takenAt: Duration

    static func == (a: SQLiteFingerprint, b: SQLiteFingerprint) -> Bool { a.parts == b.parts }

    /// Returns whether the database's file is unchanged, whatever has happened to its companions.
    func hasSameDatabase(as other: SQLiteFingerprint) -> Bool { parts.first == other.parts.first }

    var databaseSize: Int { parts.first??.size ?? 0 }
    /// The first 100 bytes of the database's file; fewer if it is shorter.
    var databaseHead: [UInt8] { parts.first??.head ?? [] }

    init(of file: SQLiteFile) throws(DatabaseError) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        takenAt = .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
        parts = [try Self.part(file.path), try Self.part(file.wal), try Self.part(file.journal)]
    }

    /// Whether the last change is so old that a further one would have a different time. The clocks of file systems are coarse.
    var isSettled: Bool {
        parts.allSatisfy { part in
            guard let part else { return true }
            let age = takenAt - .seconds(part.changedSeconds) - .nanoseconds(part.changedNanoseconds)
            return age < .zero || age > .milliseconds(50)
        }
    }

    private static func part(_ path: String) throws(DatabaseError) -> Part? {
        guard let file = SQLiteDescriptor(reading: path) else {
            if errno == ENOENT { return nil }
            throw SQLiteFile.error(errno, opening: path)
        }
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw SQLiteFile.error(errno, opening: path) }
        var head = [UInt8](repeating: 0, count: 100)
        let count = pread(file.number, &head, head.count, 0)
        guard count >= 0 else { throw SQLiteFile.error(errno, opening: path) }
        return Part(
            device: UInt(status.st_dev), inode: UInt(status.st_ino), size: Int(status.st_size),
            changedSeconds: status.modificationTime.tv_sec, changedNanoseconds: status.modificationTime.tv_nsec,
            head: Array(head.prefix(count)))
    }
}

extension SQLiteFingerprint {
    /// The signs of the database's file alone, for comparison by another run: size, time of change, change counter and schema
    /// cookie (sections 1.3.7 and 1.3.9). The time is included because in WAL mode the counter need not change.
    var databaseText: String { text(of: 0, "file", headBytes: [24..<28, 40..<44]) }

    /// The signs of the file, of its -wal with its salts, and of its -journal.
    var text: String {
        [databaseText, text(of: 1, "wal", headBytes: [16..<24]), text(of: 2, "journal", headBytes: [])]
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func text(of part: Int, _ name: String, headBytes: [Range<Int>]) -> String {
        guard let part = parts[part], part.size > 0 else { return "" }
        let head = headBytes.map { Hexadecimal.text(part.head.dropFirst($0.lowerBound).prefix($0.count)) }
        let time = "\(part.changedSeconds).\(part.changedNanoseconds)"
        return ([name, "\(part.size)", time] + head).joined(separator: ":")
    }
}
