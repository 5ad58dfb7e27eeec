/// The readiness of descriptors that do not block.
package enum Readiness {
    /// Waits until a descriptor can be read (`POLLIN`) or written (`POLLOUT`), or its other end is gone. It blocks the thread.
    package static func wait(for events: Int32, on descriptor: Int32) {
        var source = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        _ = poll(&source, 1, -1)
    }
}
