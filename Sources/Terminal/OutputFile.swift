import Dialects
import TCPOSIX

/// A file that exists, and whose text a command replaces when its work is done. The file is opened at the beginning, so that one
/// that can't be written to is found out before anything else is written.
public final class OutputFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the file.
    /// - Throws: `DatabaseError` if the file can't be written.
    public init(_ path: String) throws(DatabaseError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error("can't be written", path) }
    }

    /// Replaces the file's contents with the text.
    public func finish(_ text: String) throws(DatabaseError) {
        var text = text
        let isWritten = ftruncate(descriptor, 0) == 0 && text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
        guard isWritten else { throw Self.error("was not written", path) }
    }

    deinit { close(descriptor) }

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
