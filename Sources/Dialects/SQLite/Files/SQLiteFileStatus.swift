import TCPOSIX

/// What the file system says of a database's file. Other than a fingerprint it needs no descriptor, so it can be looked at as often as
/// rows are read.
struct SQLiteFileStatus: Equatable, Sendable {
    private var device: UInt
    private var inode: UInt
    private var size: Int
    private var changedSeconds: Int
    private var changedNanoseconds: Int

    /// Returns `nil` if there is no such file.
    init?(of file: SQLiteFile) {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return nil }
        (device, inode, size) = (UInt(status.st_dev), UInt(status.st_ino), Int(status.st_size))
        (changedSeconds, changedNanoseconds) = (status.modificationTime.tv_sec, status.modificationTime.tv_nsec)
    }

    /// Returns what has become of the file's name, in words; `nil` if it still leads to the very file.
    func replacement(of file: SQLiteFile) -> String? {
        guard let now = SQLiteFileStatus(of: file) else { return "is not there any more" }
        return now.device == device && now.inode == inode ? nil : "is another file by now"
    }

    /// Returns whether the very file was written since. Another file under the same name is none of its changes.
    func wasWritten(_ file: SQLiteFile) -> Bool {
        guard let now = SQLiteFileStatus(of: file), now.device == device, now.inode == inode else { return false }
        return now != self
    }
}
