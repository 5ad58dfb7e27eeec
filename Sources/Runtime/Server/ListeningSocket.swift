#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The daemon's socket: bound, with its mode set, and only then listening, so that nobody connects before.
public struct ListeningSocket: Sendable {
    let descriptor: Int32
    /// The file to remove at the end; `nil` for a socket that was handed over.
    let path: String?

    /// A socket that the service manager opened.
    public init(activated descriptor: Int32) {
        self.descriptor = descriptor
        path = nil
    }

    /// Makes the socket at `path`, with a folder for it if that is missing. A stale socket of our own is replaced; one that
    /// answers, or that is somebody else's, is left alone. Throws `RuntimeError`.
    public init(path: String, mode: UInt32) throws(RuntimeError) {
        guard var address = UnixSocketAddress(path) else {
            throw RuntimeError(
                .socketFailed, "the socket's path is longer than \(UnixSocketAddress.longestPath) bytes: \(path)",
                remedy: "say a shorter one with --socket")
        }
        if let slash = path.lastIndex(of: "/") { try Folder.make(String(path[..<slash]), mode: Self.folderMode(mode)) }
        try Self.clear(path)
        descriptor = socket(AF_UNIX, UnixSocketAddress.stream, 0)
        self.path = path
        guard descriptor >= 0, address.withPointer({ bind(descriptor, $0, $1) }) == 0, chmod(path, mode) == 0,
            listen(descriptor, Self.backlog) == 0
        else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw RuntimeError(
                .socketFailed, "\(path) can't be made: \(reason)", remedy: "say another place with --socket")
        }
    }

    /// Whoever may connect has to get through the folder too.
    private static func folderMode(_ mode: UInt32) -> UInt32 { mode & 0o066 == 0 ? 0o700 : 0o755 }

    private static let backlog: Int32 = 1_024

    /// Removes what an earlier daemon left there.
    private static func clear(_ path: String) throws(RuntimeError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return }
        guard facts.st_mode & S_IFMT == S_IFSOCK else {
            throw RuntimeError(
                .socketForeign, "\(path) is there and is no socket", remedy: "move it away, or say another place")
        }
        guard facts.st_uid == geteuid() else {
            throw RuntimeError(
                .socketForeign, "\(path) belongs to uid \(facts.st_uid)", remedy: "say another place with --socket")
        }
        guard !answers(path) else {
            throw RuntimeError(
                .socketInUse, "a daemon answers at \(path)", remedy: "stop it, or say another place with --socket")
        }
        unlink(path)
    }

    /// Whether somebody listens there. Full backlogs count.
    private static func answers(_ path: String) -> Bool {
        guard var address = UnixSocketAddress(path) else { return false }
        let descriptor = socket(AF_UNIX, UnixSocketAddress.stream, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return address.withPointer { connect(descriptor, $0, $1) } == 0 || errno == EAGAIN
    }

    /// Takes the file away: a client then finds no socket instead of one where nobody answers.
    func remove() { if let path { unlink(path) } }
}
