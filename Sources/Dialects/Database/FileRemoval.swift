import TCPOSIX

/// Removes the file of a database.
package enum FileRemoval {
    /// Removes the file, and before it those with these endings, so that a file which another process makes meanwhile does not meet them.
    /// What is not there counts as removed.
    ///
    /// - Throws: `DatabaseError` for the first one that can't be removed. Those after it are still there.
    package static func remove(
        _ path: String, beside endings: [String] = ["-wal", "-shm", "-journal"]
    ) throws(DatabaseError) {
        for ending in endings + [""] {
            guard unlink(path + ending) != 0, errno != ENOENT else { continue }
            throw error(errno, removing: path + ending)
        }
    }

    private static func error(_ code: Int32, removing path: String) -> DatabaseError {
        let (kind, remedy): (DatabaseError.Kind, String) =
            switch code {
            case EACCES, EPERM: (.permission, "remove it as a user who may")
            // No right lets anybody write there.
            case EROFS: (.permission, "mount its file system for writing, and remove it")
            default: (.resources, "remove it yourself")
            }
        return DatabaseError(kind, "\(path) can't be removed (\(SystemError(code)))", remedy: remedy)
    }
}
