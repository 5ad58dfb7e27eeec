import Dialects
import TCPOSIX
import Synchronization

/// A file that a command writes when its work is done. The file is opened at the beginning, so that a missing folder does not
/// fail hours of work.
public final class OutputFile: Sendable {
    private let path: String
    private let descriptor: Int32
    private let isNew: Bool
    private let isOpen = Mutex(true)

    /// Opens the file.
    /// - Throws: `DatabaseError` if the file can't be written.
    public init(_ path: String) throws(DatabaseError) {
        self.path = path
        isNew = access(path, F_OK) != 0
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Self.error("can't be written", path) }
    }

    /// Replaces the file's contents with the text.
    public func finish(_ text: String) throws(DatabaseError) {
        var text = text
        let isWritten = ftruncate(descriptor, 0) == 0 && text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
        guard isWritten else { throw Self.error("was not written", path) }
        end()
    }

    /// Closes the file without writing. A file that did not exist before is removed, and a finished file stays.
    public func discard() {
        if end() && isNew { unlink(path) }
    }

    /// Closes the file; returns false if it was closed already.
    @discardableResult
    private func end() -> Bool {
        isOpen.withLock { isOpen in
            guard isOpen else { return false }
            isOpen = false
            close(descriptor)
            return true
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = TCPOSIX.write(descriptor, base, rest.count)
            guard count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    private static func error(_ what: String, _ path: String) -> DatabaseError {
        DatabaseError(
            .other, "\(path) \(what): \(String(cString: strerror(errno)))",
            remedy: "name a file in a folder that you may write to")
    }
}
