import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

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

    /// Reads them from a connected socket. On the channel's event loop the answer is there at once.
    static func read(from channel: any Channel) -> EventLoopFuture<PeerCredentials> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        return option(of: options)
    }

    #if os(Linux)
        /// `struct ucred`, which Glibc's module hides.
        private struct Credentials: Sendable {
            var pid: Int32 = 0
            var uid: UInt32 = 0
            var gid: UInt32 = 0
        }

        /// Who listens at the other end of a socket that has connected: they were noted when he called `listen`.
        static func read(from descriptor: Int32) -> PeerCredentials? {
            var found = Credentials()
            var length = socklen_t(MemoryLayout<Credentials>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &found, &length) == 0 else { return nil }
            return PeerCredentials(uid: found.uid, pid: found.pid)
        }

        private static func option(of options: any SocketOptionProvider) -> EventLoopFuture<PeerCredentials> {
            let read: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
                level: .init(rawValue: SOL_SOCKET), name: .init(rawValue: SO_PEERCRED))
            return read.map { PeerCredentials(uid: $0.uid, pid: $0.pid) }
        }
    #else
        static func read(from descriptor: Int32) -> PeerCredentials? { nil }

        /// macOS tells no pid beside the uid: 1 stands for "somebody of this machine".
        private static func option(of options: any SocketOptionProvider) -> EventLoopFuture<PeerCredentials> {
            let read: EventLoopFuture<xucred> = options.unsafeGetSocketOption(
                level: .init(rawValue: SOL_LOCAL), name: .init(rawValue: LOCAL_PEERCRED))
            return read.map { PeerCredentials(uid: $0.cr_uid, pid: 1) }
        }
    #endif
}
