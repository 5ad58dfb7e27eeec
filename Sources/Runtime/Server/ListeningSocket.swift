import TCPOSIX

/// The daemon's socket: bound, with its mode set, and only then listening, so that nobody connects before.
public struct ListeningSocket: Sendable {
    let descriptor: Int32
    /// The file, and which one it is; `nil` for a socket that was handed over.
    private let file: (path: String, identity: FileIdentity?)?

    /// A socket that the service manager opened.
    public init(activated descriptor: Int32) {
        self.descriptor = descriptor
        file = nil
    }

    /// Makes the socket at `path`, with a folder for it if that is missing. What `SocketPlace` lets be replaced is replaced.
    /// Throws `RuntimeError`.
    public init(path: String, mode: UInt32, predecessor: String? = nil) throws(RuntimeError) {
        let place = SocketPlace(path: path, predecessor: predecessor)
        var address = try place.address()
        if let slash = path.lastIndex(of: "/") { try Folder.make(String(path[..<slash]), mode: Self.folderMode(mode)) }
        try place.requireFree()
        unlink(path)
        let descriptor = socket(AF_UNIX, UnixSocketAddress.stream, 0)
        guard descriptor >= 0, address.withPointer({ bind(descriptor, $0, $1) }) == 0, chmod(path, mode) == 0,
            listen(descriptor, Self.backlog) == 0
        else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw RuntimeError(
                .socketFailed, "\(path) can't be made: \(reason)", remedy: "say another place with --socket")
        }
        self.descriptor = descriptor
        file = (path, FileIdentity(path))
    }

    /// Whoever may connect has to get through the folder too.
    private static func folderMode(_ mode: UInt32) -> UInt32 { mode & 0o066 == 0 ? 0o700 : 0o755 }

    private static let backlog: Int32 = 1_024

    /// Whether clients who look for the daemon find it: whoever removed the file, or put another socket in its place, has cut
    /// it off.
    var isInPlace: Bool {
        guard let file else { return true }
        return file.identity != nil && FileIdentity(file.path) == file.identity
    }

    /// Takes the file away: a client then finds no socket instead of one where nobody answers. Another daemon's stays.
    func remove() { if let file, isInPlace { unlink(file.path) } }

    /// Ends a socket that was made and never served.
    func abandon() {
        remove()
        if file != nil { close(descriptor) }
    }
}

/// Which file it is, whatever it is called.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt64
    private let number: UInt64

    /// `nil` when there is none. Links are not followed.
    init?(_ path: String) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return nil }
        (device, number) = (UInt64(facts.st_dev), UInt64(facts.st_ino))
    }
}
