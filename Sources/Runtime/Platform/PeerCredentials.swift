import TCPOSIX

/// The account and process at the other end of a Unix socket, as the kernel noted them when that end called `connect` (unix(7),
/// SO_PEERCRED).
///
/// The pid may belong to another process by the time it is read, so no right is ever decided by it. A caller from another user
/// namespace appears as uid 65534 with pid 0.
package struct PeerCredentials: Sendable, Hashable {
    package var uid: UInt32
    package var pid: Int32

    package init(uid: UInt32, pid: Int32) {
        self.uid = uid
        self.pid = pid
    }

    #if os(Linux)
        /// `struct ucred`, which Glibc's module hides.
        private struct Credentials {
            var pid: Int32 = 0
            var uid: UInt32 = 0
            var gid: UInt32 = 0
        }

        /// Reads the credentials of the other end of a connected socket; `nil` if the kernel does not tell. For a listening
        /// socket, they are those of the process that called `listen`.
        static func read(from descriptor: Int32) -> PeerCredentials? {
            var found = Credentials()
            var length = socklen_t(MemoryLayout<Credentials>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &found, &length) == 0 else { return nil }
            return PeerCredentials(uid: found.uid, pid: found.pid)
        }
    #else
        /// Reads the credentials of the other end of a connected socket. macOS reports no pid along with the uid: a pid of 1
        /// stands for some process of this machine.
        static func read(from descriptor: Int32) -> PeerCredentials? {
            var found = xucred()
            var length = socklen_t(MemoryLayout<xucred>.size)
            guard getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERCRED, &found, &length) == 0 else { return nil }
            return PeerCredentials(uid: found.cr_uid, pid: 1)
        }
    #endif
}
