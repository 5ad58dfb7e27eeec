import TCPOSIX

extension SQLiteFile {
    /// Returns the error of a file that ends before its last page, as after an interrupted copy; `nil` if it is whole, or only SQLite can
    /// tell. SQLite takes what a page lacks for zeros: it would read fewer or shorter rows, and report nothing.
    func cutOff() -> DatabaseError? {
        guard let (size, whole) = try? sizesOfCutFile() else { return nil }
        return DatabaseError(
            .corrupt, "\(name) is damaged: it is cut off after \(size) of \(whole) bytes",
            remedy: "if a program is still copying the file, wait for it; otherwise copy it again, or restore a backup")
    }

    /// Returns the size that the file has, and the one that its header tells; `nil` if it is not cut off, or somebody writes it.
    private func sizesOfCutFile() throws -> (size: Int, whole: Int)? {
        let seen = try SQLiteFingerprint(of: self)
        guard let header = SQLiteHeader(seen.databaseHead), let count = header.pageCount,
            seen.databaseSize < count * header.pageSize,
            // The rollback of a hot journal puts another header in place.
            !hasHotJournal, try !isCompletedByWAL(header, seen.databaseSize),
            try !SQLiteLockProbe(of: self).isBeingWritten, try SQLiteFingerprint(of: self) == seen
        else { return nil }
        return (seen.databaseSize, count * header.pageSize)
    }

    /// Returns whether the -wal has all pages behind the file's end. It is so after a checkpoint that was interrupted: it had copied the
    /// first page, and not yet the last one.
    private func isCompletedByWAL(_ header: SQLiteHeader, _ size: Int) throws -> Bool {
        guard let descriptor = SQLiteDescriptor(reading: wal) else {
            guard errno == ENOENT else { throw SystemError.last }
            return false
        }
        guard let walk = try SQLiteWALWalk(descriptor, isToPassDamage: false), let count = walk.pageCount else {
            return false
        }
        var free = header.freePages
        if let first = walk.pages[1], let newer = SQLiteHeader(try descriptor.bytes(SQLiteHeader.size, at: first)) {
            free = newer.freePages
        }
        let behind = (size / walk.pageSize + 1)..<max(count + 1, size / walk.pageSize + 1)
        // A free page need not be written anywhere, and the one with the bytes that SQLite locks never is.
        let locked = behind.contains(SQLiteFileLocks.first / walk.pageSize + 1) ? 1 : 0
        return behind.count - locked - walk.pages.keys.filter { behind.contains($0) }.count <= free
    }
}
