import TCPOSIX

/// A stamp that shows whether the old databases have changed. Hooks and the command line of the old install write to them even
/// without its daemon.
struct SourceStamp: Equatable {
    private struct File: Equatable {
        var number: UInt64
        var size: Int64
        var changed: [Int]
    }

    private let files: [File?]

    init(of install: ExistingInstall) {
        let databases = [install.database] + [install.events].compactMap { $0 }
        files = databases.flatMap { [$0, "\($0)-wal"] }.map(Self.file)
    }

    private static func file(_ path: String) -> File? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let time = status.modificationTime
        return File(number: UInt64(status.st_ino), size: Int64(status.st_size), changed: [time.tv_sec, time.tv_nsec])
    }
}
