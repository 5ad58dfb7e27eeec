import Dialects
import TCPOSIX
import Synchronization

/// A file that a command writes at its end. It is opened at the beginning, so that hours of work do not end at a folder that
/// isn't there.
public final class OutputFile: Sendable {
    private let path: String
    private let descriptor: Int32
    private let isNew: Bool
    private let isOpen = Mutex(true)

    /// Throws `DatabaseError` when the file can't be written.
    public init(_ path: String) throws(DatabaseError) {
        self.path = path
        isNew = access(path, F_OK) != 0
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Self.error("can't be written", path) }
    }

    /// Writes the text in the place of what the file held.
    public func finish(_ text: String) throws(DatabaseError) {
        var text = text
        let isWritten = ftruncate(descriptor, 0) == 0 && text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
        guard isWritten else { throw Self.error("was not written", path) }
        end()
    }

    /// There is nothing to write: a file that was not there before is not there afterwards. One that is finished stays.
    public func discard() {
        if end() && isNew { unlink(path) }
    }

    /// Closes the file; false when that was done before.
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
