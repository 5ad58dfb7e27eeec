import TCPOSIX

/// The system's facts about a file.
struct FileFacts: Sendable, Equatable {
    enum Kind: Sendable { case file, folder, link, other }

    var kind: Kind
    /// The permission bits, with the set-id bits and the sticky bit.
    var mode: UInt32
    var owner: UInt32

    init(kind: Kind, mode: UInt32, owner: UInt32) {
        self.kind = kind
        self.mode = mode
        self.owner = owner
    }

    fileprivate init(_ status: stat) {
        switch UInt32(status.st_mode) & UInt32(S_IFMT) {
        case UInt32(S_IFREG): kind = .file
        case UInt32(S_IFDIR): kind = .folder
        case UInt32(S_IFLNK): kind = .link
        default: kind = .other
        }
        mode = UInt32(status.st_mode) & 0o7777
        owner = status.st_uid
    }
}

/// The system calls that settings need.
enum FileSystem {
    typealias Failure = SystemError

    private static var failure: Failure { .last }

    /// Returns the facts about a file. A link is followed.
    static func facts(of path: String) throws(Failure) -> FileFacts {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure }
        return FileFacts(status)
    }

    /// Returns the facts about a file. A link is not followed.
    static func factsWithoutFollowing(_ path: String) throws(Failure) -> FileFacts {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure }
        return FileFacts(status)
    }

    /// Returns the path to which a link leads.
    static func target(of link: String) throws(Failure) -> String {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(link, &text, text.count)
        guard length >= 0 else { throw failure }
        return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Returns whether the path leads to something that the caller may see.
    static func exists(_ path: String) -> Bool { (try? facts(of: path)) != nil }

    /// Reads a file until it has more than `limit` bytes or ends. Returns the bytes and the facts about the very file that was
    /// read. Something other than a regular file is opened (without waiting for another end) but not read.
    static func read(_ path: String, limit: Int) throws(Failure) -> (bytes: [UInt8], facts: FileFacts) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure }
        let facts = FileFacts(status)
        guard facts.kind == .file else { return ([], facts) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = platformRead(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw failure }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return (bytes, facts)
    }

    /// Makes a new file, which has its mode from the beginning.
    static func create(_ path: String, mode: UInt32, _ text: String) throws(Failure) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
        guard let file = Descriptor.open(path, flags, mode: mode_t(mode)), file.write(Array(text.utf8)), file.sync()
        else { throw failure }
    }

    /// Makes a folder. Returns false if something exists there already.
    static func makeFolder(_ path: String, mode: UInt32) throws(Failure) -> Bool {
        if mkdir(path, mode_t(mode)) == 0 { return true }
        guard errno == EEXIST else { throw failure }
        return false
    }

    static func removeFile(_ path: String) { unlink(path) }
    static func removeFolder(_ path: String) { rmdir(path) }

    /// Returns the names in a folder, sorted.
    static func list(_ folder: String) throws(Failure) -> [String] { try FolderNames(in: folder).all() }
}

extension SystemError {
    var isAbsent: Bool { number == ENOENT || number == ENOTDIR }
    var isForbidden: Bool { number == EACCES || number == EPERM }
    var isExisting: Bool { number == EEXIST }

    static let notThere = SystemError(ENOENT)
    static let notAFolder = SystemError(ENOTDIR)
}

private let platformRead = TCPOSIX.read
