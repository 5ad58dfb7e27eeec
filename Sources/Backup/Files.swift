import Dialects
import TCPOSIX

/// Files of a backup, and of a restored state, which only their owner may access.
enum Files {
    static func failure(_ what: String) -> BackupError {
        let error = SystemError.last
        let isFull = error.number == ENOSPC || error.number == EDQUOT
        return BackupError(
            isFull ? "disk_full" : "file", "\(what): \(error)",
            remedy: isFull ? "free some space, and try again" : "check the path and its permissions")
    }

    static func facts(ofOpen number: Int32) -> stat {
        var facts = stat()
        fstat(number, &facts)
        return facts
    }

    /// An open file, which is closed when its last reference goes away.
    final class Handle {
        let path: String
        private let file: Descriptor

        convenience init(reading path: String) throws(BackupError) {
            try self.init(path, Descriptor.open(path, Handle.reading), problem: "can't be read")
        }

        /// Opens a file for reading; `nil` if there is none.
        static func existing(_ path: String) throws(BackupError) -> Handle? {
            let file = Descriptor.open(path, reading)
            if file == nil, SystemError.last.number == ENOENT { return nil }
            return try Handle(path, file, problem: "can't be read")
        }

        convenience init(making path: String) throws(BackupError) {
            try self.init(path, Descriptor.open(path, Handle.making), problem: "can't be created")
        }

        convenience init(reading name: String, in folder: OpenFolder) throws(BackupError) {
            try self.init(
                "\(folder.path)/\(name)", Descriptor.open(name, in: folder.descriptor, Handle.reading),
                problem: "can't be read")
        }

        convenience init(making name: String, in folder: OpenFolder) throws(BackupError) {
            try self.init(
                "\(folder.path)/\(name)", Descriptor.open(name, in: folder.descriptor, Handle.making),
                problem: "can't be created")
        }

        private static let reading = O_RDONLY | O_NONBLOCK | O_NOFOLLOW
        private static let making = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW

        private init(_ path: String, _ file: Descriptor?, problem: String) throws(BackupError) {
            guard let file else { throw failure("\(path) \(problem)") }
            (self.path, self.file) = (path, file)
        }

        var number: Int32 { file.number }
        var facts: stat { Files.facts(ofOpen: number) }

        /// Passes the contents to a closure in blocks, from the beginning to the end or up to `limit` bytes.
        func blocks(
            upTo limit: Int64 = .max, _ body: (UnsafeRawBufferPointer) throws(BackupError) -> Void
        ) throws(BackupError) {
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
            defer { block.deallocate() }
            var offset: Int64 = 0
            while offset < limit {
                let wanted = Int(min(Int64(block.count), limit - offset))
                let count = pread(number, block.baseAddress, wanted, off_t(offset))
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw failure("\(path) can't be read") }
                guard count > 0 else { return }
                try body(UnsafeRawBufferPointer(rebasing: block[..<count]))
                offset += Int64(count)
            }
        }

        func append(_ bytes: UnsafeRawBufferPointer) throws(BackupError) {
            guard file.write(bytes) else { throw failure("\(path) can't be written") }
        }

        func append(_ text: String) throws(BackupError) { try append(Array(text.utf8)) }

        func append(_ bytes: [UInt8]) throws(BackupError) {
            guard file.write(bytes) else { throw failure("\(path) can't be written") }
        }

        /// Returns the SHA-256 digest of the file's bytes, or of the first `limit` of them.
        func digest(upTo limit: Int64 = .max) throws(BackupError) -> String {
            var stream = SHA256.Stream()
            do throws(BackupError) {
                try blocks(upTo: limit) { stream.add($0) }
            } catch {
                _ = stream.hexadecimal()
                throw error
            }
            return stream.hexadecimal()
        }

        func sync() throws(BackupError) {
            guard file.sync() else { throw failure("\(path) did not reach the disk") }
        }
    }

    static func digest(of path: String) throws(BackupError) -> String { try Handle(reading: path).digest() }

    /// Returns all bytes of a small file.
    static func read(_ path: String, limit: Int = 64 << 20) throws(BackupError) -> [UInt8] {
        let file = try Handle(reading: path)
        guard file.facts.st_size <= limit else {
            throw BackupError("file", "\(path) is larger than such a file can be", remedy: "name another folder")
        }
        var bytes: [UInt8] = []
        try file.blocks(upTo: Int64(limit)) { bytes += $0 }
        return bytes
    }

    /// Creates a folder that only its owner may access. Returns false if the path exists already.
    @discardableResult
    static func makeFolder(_ path: String) throws(BackupError) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw failure("the folder \(path) can't be created") }
        return false
    }

    /// Returns whether a folder is empty.
    /// - Throws: `BackupError` if the path is no readable folder.
    static func isEmpty(_ folder: String) throws(BackupError) -> Bool {
        var isEmpty = true
        try each(in: folder) { _ in isEmpty = false }
        return isEmpty
    }

    /// Passes the names in a folder to a closure one by one, in no order, because there may be millions of them.
    static func each(in folder: String, _ body: (String) throws(BackupError) -> Void) throws(BackupError) {
        try OpenFolder(folder).each(body)
    }

    /// Returns whether there is something at the path. What can't be looked at is not taken for absent.
    static func isThere(_ path: String) throws(BackupError) -> Bool {
        var facts = stat()
        if lstat(path, &facts) == 0 { return true }
        guard errno == ENOENT else { throw failure("\(path) can't be looked at") }
        return false
    }
}
