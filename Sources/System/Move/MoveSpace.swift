import TCPOSIX

/// Checks whether there is enough space for a move, so that a full disk is found before the work and not in its middle.
enum MoveSpace {
    /// The factors for the space that SQLite's pages and indexes need besides the rows, and the -wal file of a transaction that
    /// holds all rows.
    private static let (forCopy, forDatabase) = (1, 3)

    /// - Throws: `MachineError` where the folder's disk has less room than the working copy takes, and the new database where that is
    ///   a file in the same place.
    static func require(for install: OldInstall, in folder: String, isFile: Bool) throws(MachineError) {
        let databases = [install.data.database] + [install.data.events].compactMap { $0 }
        let size = databases.flatMap { [$0, "\($0)-wal"] }.reduce(0) { $0 + bytes(of: $1) }
        let needed = size * (forCopy + (isFile ? forDatabase : 0))
        guard let room = SpaceCheck.look(at: folder) else { throw .ofCall("\(folder) can't be looked at") }
        let free = Int(clamping: room.free)
        guard free < needed else { return }
        throw MachineError(
            .noSpace,
            "the disk of \(folder) has \(megabytes(free)) MB free, and this needs about \(megabytes(needed)) MB",
            remedy: "free some space; nothing was changed")
    }

    private static func bytes(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func megabytes(_ bytes: Int) -> Int { (bytes + 999_999) / 1_000_000 }
}
