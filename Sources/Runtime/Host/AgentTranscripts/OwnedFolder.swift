import TCPOSIX

/// A folder that belongs to the process's own uid, held open. Its contents are reached by name from here, never through a link.
struct OwnedFolder: ~Copyable {
    private let descriptor: Int32

    /// Opens the folder; `nil` if it does not exist, is a link, or belongs to somebody else.
    init?(_ path: String) { self.init(taking: open(path, Self.flags)) }

    private init?(taking descriptor: Int32) {
        var facts = stat()
        guard descriptor >= 0, fstat(descriptor, &facts) == 0, facts.st_uid == geteuid() else {
            if descriptor >= 0 { close(descriptor) }
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    func folder(_ name: String) -> OwnedFolder? { OwnedFolder(taking: openat(descriptor, name, Self.flags)) }

    func file(_ name: String) -> OwnedFile? {
        // Opening a pipe without O_NONBLOCK would wait for a writer.
        OwnedFile(taking: openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
    }

    /// Returns the names of the folder's contents, sorted; `nil` if they can't be read, which may pass.
    func names() -> [String]? { Folder.names(of: openat(descriptor, ".", Self.flags))?.sorted() }

    /// Returns when the contents of a folder last changed, in nanoseconds since 1970; `nil` unless it is a folder of the process's own
    /// uid.
    func changed(_ name: String) -> Int64? {
        var facts = stat()
        guard fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0, facts.st_mode & S_IFMT == S_IFDIR,
            facts.st_uid == geteuid()
        else { return nil }
        return facts.modificationTime.nanoseconds
    }

    /// Returns the stamp of a file; `nil` unless it is a regular file of the process's own uid.
    func stamp(_ name: String) -> FileStamp? {
        var facts = stat()
        return fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 ? FileStamp(facts) : nil
    }
}

/// A file that belongs to the process's own uid, open for reading.
struct OwnedFile: ~Copyable {
    private let descriptor: Int32
    let stamp: FileStamp

    fileprivate init?(taking descriptor: Int32) {
        var facts = stat()
        guard descriptor >= 0, fstat(descriptor, &facts) == 0, let stamp = FileStamp(facts) else {
            if descriptor >= 0 { close(descriptor) }
            return nil
        }
        self.descriptor = descriptor
        self.stamp = stamp
    }

    deinit { close(descriptor) }

    /// Reads `count` bytes from `offset` on. It returns fewer only at the end of the file, or after an error.
    func read(at offset: Int64, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            while length < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + length }, count - length, off_t(offset) + off_t(length))
                guard got > 0 else { return }
                length += got
            }
        }
    }
}

/// The properties of a file that tell whether it was written since they were read.
struct FileStamp: Codable, Equatable {
    var inode: UInt64
    var size: Int64
    /// The time of the last write, in nanoseconds since 1970.
    var modified: Int64

    /// Makes the stamp of a file; `nil` unless it is a regular file of the process's own uid.
    fileprivate init?(_ facts: stat) {
        guard facts.st_mode & S_IFMT == S_IFREG, facts.st_uid == geteuid() else { return nil }
        inode = UInt64(facts.st_ino)
        size = Int64(facts.st_size)
        modified = facts.modificationTime.nanoseconds
    }
}

extension timespec {
    /// The whole time in nanoseconds, or the nearest for which there is a number: a file may have any time, and from 2262 on there is none.
    var nanoseconds: Int64 {
        let (whole, overflows) = Int64(tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowsToo) = whole.addingReportingOverflow(Int64(tv_nsec))
        guard overflows || overflowsToo else { return sum }
        return tv_sec < 0 ? .min : .max
    }
}
