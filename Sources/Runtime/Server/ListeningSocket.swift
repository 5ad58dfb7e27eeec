import TCPOSIX

/// The daemon's socket. It is bound, then its mode is set, and only then it listens, so that nobody connects before the mode is
/// set.
package struct ListeningSocket: Sendable {
    let descriptor: Int32
    /// The socket's path, and the file's identity when the socket was made; `nil` for a socket that the service manager opened.
    private let file: (path: String, identity: FileIdentity)?

    /// Takes over a socket that the service manager opened.
    package init(activated descriptor: Int32) {
        self.descriptor = descriptor
        file = nil
    }

    /// Makes the socket at `path`, and its folder if that is missing. A file there is replaced if `SocketPlace` allows it.
    ///
    /// - Throws: `RuntimeError`.
    package init(path: String, mode: UInt32, predecessor: String? = nil) throws(RuntimeError) {
        let place = SocketPlace(path: path, predecessor: predecessor)
        var address = try place.address()
        try Folder.make(Path.folder(of: path), mode: Self.folderMode(mode))
        try place.requireFree()
        unlink(path)
        let descriptor = socket(AF_UNIX, UnixSocketAddress.stream, 0)
        guard descriptor >= 0, address.withPointer({ bind(descriptor, $0, $1) }) == 0, chmod(path, mode) == 0,
            listen(descriptor, Self.backlog) == 0, let identity = FileIdentity(path)
        else {
            let reason = SystemError.last
            if descriptor >= 0 { close(descriptor) }
            throw RuntimeError(
                .socketFailed, "\(path) can't be created: \(reason)", remedy: "name another place with --socket")
        }
        self.descriptor = descriptor
        file = (path, identity)
    }

    /// The mode of the socket's folder. Everybody who may connect has to be able to pass through the folder too.
    private static func folderMode(_ mode: UInt32) -> UInt32 { mode & 0o066 == 0 ? 0o700 : 0o755 }

    private static let backlog: Int32 = 1_024

    /// Whether clients that look for the daemon find it. They don't if somebody has removed the file, or has put another socket
    /// in its place. A file that can't be looked at for another reason, as for want of memory, counts as being there.
    var isInPlace: Bool {
        guard let file else { return true }
        do throws(SystemError) { return try FileIdentity(of: file.path) == file.identity } catch {
            return ![ENOENT, ENOTDIR].contains(error.number)
        }
    }

    /// Removes the socket's file, so that a client finds no socket instead of one where nobody answers. Another daemon's socket
    /// stays.
    func remove() { if let file, FileIdentity(file.path) == file.identity { unlink(file.path) } }

    /// Removes and closes a socket that was made and never served.
    func abandon() {
        remove()
        if file != nil { close(descriptor) }
    }
}

/// The identity of a file, independent of its name.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt64
    private let number: UInt64

    /// Reads the identity of the file at `path`; `nil` if there is none. Links are not followed.
    init?(_ path: String) {
        do throws(SystemError) { try self.init(of: path) } catch { return nil }
    }

    /// Reads the identity of the file at `path`, without following links.
    ///
    /// - Throws: `SystemError`, with `ENOENT` or `ENOTDIR` if there is none.
    init(of path: String) throws(SystemError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { throw SystemError.last }
        self.init(facts)
    }

    /// Reads the identity of the file to which `path` leads; `nil` if there is none.
    init?(following path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        self.init(facts)
    }

    private init(_ facts: stat) {
        (device, number) = (UInt64(facts.st_dev), UInt64(facts.st_ino))
    }
}
