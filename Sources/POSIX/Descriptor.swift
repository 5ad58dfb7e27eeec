/// An open file or folder, which is closed when its last reference goes away.
///
/// A call that fails leaves the reason in `errno`, so that each caller puts it into words of its own (`SystemError.last`).
package final class Descriptor: Sendable {
    package let number: Int32

    /// Takes over a descriptor, and closes it in the end.
    package init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Opens a file or folder, which programs that are started meanwhile do not inherit; `nil` if it can't be opened.
    ///
    /// - Parameters:
    ///   - path: The path; if it is relative, then to `folder`, or to the working directory without one.
    ///   - mode: The permissions of a file that is made (`O_CREAT`).
    package static func open(
        _ path: String, in folder: Descriptor? = nil, _ flags: Int32, mode: mode_t = 0o600
    ) -> Descriptor? {
        let number = openat(folder?.number ?? AT_FDCWD, path, flags | O_CLOEXEC, mode)
        return number < 0 ? nil : Descriptor(number)
    }

    /// Whether this is a file with content, and no folder, pipe or device.
    package var isRegularFile: Bool {
        var facts = stat()
        return fstat(number, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }

    /// Writes all bytes at the file's position. Returns false if some could not be written.
    package func write(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes(write) }

    package func write(_ bytes: UnsafeRawBufferPointer) -> Bool { Self.write(bytes, to: number) }

    /// Writes all bytes from this offset on. Returns false if some could not be written.
    package func write(_ bytes: [UInt8], at offset: Int64) -> Bool {
        bytes.withUnsafeBytes { bytes in
            Self.writeAll(bytes, to: number) { rest in
                pwrite(number, rest.baseAddress, rest.count, off_t(offset) + off_t(bytes.count - rest.count))
            }
        }
    }

    /// Writes all bytes to a descriptor that stays open, such as a standard stream. It waits for a reader, also where the descriptor
    /// itself does not block. Returns false if some could not be written.
    package static func write(_ bytes: UnsafeRawBufferPointer, to number: Int32) -> Bool {
        writeAll(bytes, to: number) { TCPOSIX.write(number, $0.baseAddress, $0.count) }
    }

    /// Waits until what was written is on the disk, or the names in a folder are. Returns false if it may not get there.
    package func sync() -> Bool { fsync(number) == 0 }

    /// Calls `write` with what is left, until that is nothing.
    private static func writeAll(
        _ bytes: UnsafeRawBufferPointer, to number: Int32, _ write: (UnsafeRawBufferPointer) -> Int
    ) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = write(rest)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                Readiness.wait(for: Int32(POLLOUT), on: number)
                continue
            }
            guard count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }
}
