import TCPOSIX

/// Complete lines of a recording, without the comments that mark the ends of chunks.
package struct TranscriptPiece: Sendable {
    package var bytes: [UInt8]
    /// The offset in the file at which the next piece begins.
    package var end: Int64
    /// Whether there is no recording.
    package var isMissing = false

    /// Reads the piece at `offset`. It is empty at the end, and if there is no recording yet. A line that is longer than a
    /// piece is read completely.
    init(_ path: String, at offset: Int64) throws(RuntimeError) {
        (bytes, end) = ([], offset)
        guard let file = try Self.opened(path) else {
            isMissing = true
            return
        }
        var length = 65_536
        while true {
            var block = [UInt8](repeating: 0, count: length)
            let count = pread(file.number, &block, length, off_t(offset))
            guard count >= 0 else { throw Self.failure }
            if let lineEnd = block[..<count].lastIndex(of: UInt8(ascii: "\n")) {
                bytes = Self.withoutComments(block[...lineEnd])
                end = offset + Int64(lineEnd) + 1
                return
            }
            guard count == length else { return }
            length *= 4
        }
    }

    /// Returns the offset of the first complete line within the last `length` bytes; 0 if the file is no longer than that, or
    /// if there is no recording yet.
    static func start(_ path: String, back length: Int64) throws(RuntimeError) -> Int64 {
        guard let file = try opened(path) else { return 0 }
        var facts = stat()
        guard fstat(file.number, &facts) == 0 else { throw failure }
        var offset = Int64(facts.st_size) - length
        guard offset > 0 else { return 0 }
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(file.number, &block, block.count, off_t(offset))
            guard count >= 0 else { throw failure }
            if let end = block[..<count].firstIndex(of: UInt8(ascii: "\n")) { return offset + Int64(end) + 1 }
            // The last line is incomplete.
            guard count > 0 else { return offset }
            offset += Int64(count)
        }
    }

    /// Opens a recording; `nil` if there is none yet. A pipe in its place is not waited for.
    private static func opened(_ path: String) throws(RuntimeError) -> Descriptor? {
        guard let file = Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else {
            guard errno == ENOENT else { throw failure }
            return nil
        }
        guard file.isRegularFile else { throw unreadable(notAFile) }
        return file
    }

    private static func withoutComments(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var start = bytes.startIndex
        while start < bytes.endIndex, let lineEnd = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if bytes[start] != UInt8(ascii: "#") { result += bytes[start...lineEnd] }
            start = lineEnd + 1
        }
        return result
    }

    /// The error for a recording that was there when the reading began, and is gone. Its readers must not take what they have for all of it.
    static let removed = RuntimeError(.failed, "the recording was removed during the read")

    /// The error for a recording that was there once, and is not there when the reading begins.
    static let missing = RuntimeError(
        .failed, "the recording of this session is missing on the daemon's disk",
        remedy: "tell an admin: a backup may hold it")

    /// Says what is wrong with a recording that is a folder, a pipe or a device.
    static let notAFile = "something else than a file is in its place"

    private static var failure: RuntimeError { unreadable("\(SystemError.last)") }

    private static func unreadable(_ why: String) -> RuntimeError {
        RuntimeError(.failed, "the daemon can't read this transcript: \(why)", remedy: "tell an admin")
    }
}
