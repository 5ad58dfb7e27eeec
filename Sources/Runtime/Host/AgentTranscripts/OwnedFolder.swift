import TCPOSIX

/// A folder of this uid's own, held open. What is in it is reached by name from here, never through a link.
struct OwnedFolder: ~Copyable {
    private let descriptor: Int32

    /// `nil` when it is not there, is a link, or is somebody else's.
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
        // A pipe would wait for who writes into it.
        OwnedFile(taking: openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
    }

    /// Names of what is in it, in their order.
    func names() -> [String] { Folder.names(of: openat(descriptor, ".", Self.flags)).sorted() }

    /// `nil` unless it is a file of the process's own uid.
    func stamp(_ name: String) -> FileStamp? {
        var facts = stat()
        return fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 ? FileStamp(facts) : nil
    }
}

/// A file of this uid's own, open for reading.
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

    /// What stands at `offset`: fewer bytes only where the file ends.
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

/// What tells whether a file was written to since it was looked at.
struct FileStamp: Codable, Equatable {
    var inode: UInt64
    var size: Int64
    /// Nanoseconds since 1970.
    var modified: Int64

    /// `nil` unless it is a regular file of the process's own uid.
    fileprivate init?(_ facts: stat) {
        guard facts.st_mode & S_IFMT == S_IFREG, facts.st_uid == geteuid() else { return nil }
        let moment = facts.modificationTime
        inode = UInt64(facts.st_ino)
        size = Int64(facts.st_size)
        modified = Int64(moment.tv_sec) * 1_000_000_000 + Int64(moment.tv_nsec)
    }
}
