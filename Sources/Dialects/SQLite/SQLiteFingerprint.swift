import Glibc

/// What tells whether a database's files were written between two looks: inode, size, time of change and the first
/// bytes, where the change counter and the salts of the -wal are (https://www.sqlite.org/fileformat2.html, sections 1.3
/// and 4.1).
struct SQLiteFingerprint: Equatable {
    private struct Part: Equatable {
        var device: UInt
        var inode: UInt
        var size: Int
        var changedSeconds: Int
        var changedNanoseconds: Int
        var head: [UInt8]
    }

    /// Of the file, its -wal and its -journal.
    private let parts: [Part?]
    private let takenAt: Duration

    static func == (a: SQLiteFingerprint, b: SQLiteFingerprint) -> Bool { a.parts == b.parts }

    init(of file: SQLiteFile) throws(DatabaseError) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        takenAt = .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
        parts = [try Self.part(file.path), try Self.part(file.wal), try Self.part(file.journal)]
    }

    /// Whether the last change is so old that another one would get another time: clocks of file systems are coarse.
    var isSettled: Bool {
        parts.allSatisfy { part in
            guard let part else { return true }
            let age = takenAt - .seconds(part.changedSeconds) - .nanoseconds(part.changedNanoseconds)
            return age < .zero || age > .milliseconds(50)
        }
    }

    private static func part(_ path: String) throws(DatabaseError) -> Part? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw SQLiteFile.error(errno, opening: path)
        }
        defer { Glibc.close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw SQLiteFile.error(errno, opening: path) }
        var head = [UInt8](repeating: 0, count: 100)
        let count = read(file, &head, head.count)
        return Part(
            device: UInt(status.st_dev), inode: UInt(status.st_ino), size: Int(status.st_size),
            changedSeconds: status.st_mtim.tv_sec, changedNanoseconds: status.st_mtim.tv_nsec,
            head: Array(head.prefix(max(0, count))))
    }
}
