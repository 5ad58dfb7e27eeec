import TCPOSIX

/// Who is at the other end of a Unix socket, as the kernel noted it when that end called `connect` (unix(7), SO_PEERCRED).
///
/// A pid may have been given to somebody else since: nobody's rights are ever decided by it. A caller out of another user namespace
/// shows as uid 65534 with pid 0.
public struct PeerCredentials: Sendable, Hashable {
    public var uid: UInt32
    public var pid: Int32

    public init(uid: UInt32, pid: Int32) {
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

        /// Who is at the other end of a connected socket; `nil` when the kernel does not say. Of a socket that listens it is who
        /// called `listen`.
        static func read(from descriptor: Int32) -> PeerCredentials? {
            var found = Credentials()
            var length = socklen_t(MemoryLayout<Credentials>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &found, &length) == 0 else { return nil }
            return PeerCredentials(uid: found.uid, pid: found.pid)
        }
    #else
        /// The same. macOS tells no pid beside the uid: 1 stands for "somebody of this machine".
        static func read(from descriptor: Int32) -> PeerCredentials? {
            var found = xucred()
            var length = socklen_t(MemoryLayout<xucred>.size)
            guard getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERCRED, &found, &length) == 0 else { return nil }
            return PeerCredentials(uid: found.cr_uid, pid: 1)
        }
    #endif
}
