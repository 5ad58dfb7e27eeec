import TCPOSIX

/// A stamp of the old databases' files. An equal one shows that nobody has written to them; a different one does not show that somebody
/// has (``SourceContent``). Hooks and the command line of the old install write to them even without its daemon.
package struct SourceStamp: Equatable {
    private struct File: Equatable {
        var number: UInt64
        var size: Int64
        var changed: [Int]
    }

    private let files: [File?]

    package init(of install: ExistingInstall) {
        // SQLite keeps the -wal of a linked database beside the file that is meant.
        let databases = ([install.database] + [install.events].compactMap { $0 }).map(Path.withoutLinks)
        files = databases.flatMap { [$0, "\($0)-wal"] }.map(Self.file)
    }

    /// The stamp as text, in which it can be kept.
    package var text: String {
        files.map { file in
            file.map { "\($0.number) \($0.size) \($0.changed.map(String.init).joined(separator: "."))" } ?? "-"
        }.joined(separator: ", ")
    }

    private static func file(_ path: String) -> File? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        // An empty -wal is one that a reader has made.
        if path.hasSuffix("-wal"), status.st_size == 0 { return nil }
        let time = status.modificationTime
        return File(number: UInt64(status.st_ino), size: Int64(status.st_size), changed: [time.tv_sec, time.tv_nsec])
    }
}
