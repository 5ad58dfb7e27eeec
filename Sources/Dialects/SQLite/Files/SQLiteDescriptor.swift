import TCPOSIX
import Synchronization

/// A descriptor of a database's file beside SQLite's own, for examining what SQLite does not report.
///
/// "closing a file descriptor drops all locks" that this process holds on the file, including SQLite's
/// (https://www.sqlite.org/howtocorrupt.html, section 2.2). A descriptor that has served its purpose therefore stays open as
/// long as this process has a handle on the file (`SQLiteFileUse`).
struct SQLiteDescriptor: ~Copyable {
    let number: Int32

    /// Opens the file for reading; returns `nil` if it can't be opened, with the reason in `errno`. A pipe in a companion's place is
    /// opened without waiting for its writer.
    init?(reading path: String) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        self.number = number
    }

    /// Returns the bytes at an offset; fewer only where the file ends.
    ///
    /// - Throws: `SystemError` if they can't be read, which does not mean that there are none.
    func bytes(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
        let file = number
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            while length < count {
                let got = pread(
                    file, buffer.baseAddress.map { $0 + length }, count - length, off_t(offset + length))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { return }
                length += got
            }
        }
        guard failure == 0 else { throw SystemError(failure) }
        return bytes
    }

    /// Returns the file's size in bytes.
    ///
    /// - Throws: `SystemError` if nothing tells it.
    func size() throws(SystemError) -> Int {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw SystemError.last }
        return Int(status.st_size)
    }

    deinit { SQLiteFileUse.close(number) }
}

/// One handle's use of a file, counted from before the handle is opened until after it is closed.
final class SQLiteFileUse: Sendable {
    private struct Identity: Hashable {
        var device: UInt
        var inode: UInt

        init(_ status: stat) {
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
        }
    }

    private struct Usage {
        var handles = 0
        /// The descriptors that have served their purpose but are still open.
        var kept: [Int32] = []
    }

    private static let files = Mutex<[Identity: Usage]>([:])

    private let identity: Identity

    /// Counts a use of the file; returns `nil` if there is no such file. That is so for a database in memory, and for a URI,
    /// which is used for files that SQLite doesn't lock.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let identity = Identity(status)
        self.identity = identity
        Self.files.withLock { $0[identity, default: Usage()].handles += 1 }
    }

    deinit {
        Self.files.withLock { files in
            guard var usage = files[identity] else { return }
            usage.handles -= 1
            guard usage.handles == 0 else { return files[identity] = usage }
            for descriptor in usage.kept { TCPOSIX.close(descriptor) }
            files[identity] = nil
        }
    }

    /// Closes a descriptor immediately, or together with the last handle on its file.
    fileprivate static func close(_ descriptor: Int32) {
        var status = stat()
        let identity = fstat(descriptor, &status) == 0 ? Identity(status) : nil
        // The lock is held so that no handle is opened in between.
        files.withLock { files in
            if let identity, files[identity] != nil {
                files[identity]?.kept.append(descriptor)
            } else {
                TCPOSIX.close(descriptor)
            }
        }
    }
}
