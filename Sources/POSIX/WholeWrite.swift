/// A write that goes on until all bytes are written.
package enum WholeWrite {
    /// Writes all bytes, and waits for room. Returns the `errno` of the write that failed; `nil` if all was written.
    package static func failure(writing bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = write(descriptor, base, rest.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                Readiness.wait(for: Int32(POLLOUT), on: descriptor)
                continue
            }
            guard count > 0 else { return errno }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return nil
    }
}
