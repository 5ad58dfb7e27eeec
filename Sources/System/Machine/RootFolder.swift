import TCPOSIX

/// The file tree below a root: `/`, or a folder that is going to become one. Every path is walked folder by folder without
/// following a link, so nothing outside the root is reached, even if the tree changes during the walk.
package final class RootFolder: Sendable {
    /// The path as the caller named it.
    package let path: String
    package let isMachine: Bool
    private let root: Descriptor

    /// Opens the root.
    /// - Throws: `MachineError`.
    package init(_ path: String = "/") throws(MachineError) {
        guard let root = Descriptor.open(path, O_RDONLY | O_DIRECTORY) else {
            throw .ofCall("\(path) can't be opened as a folder", remedy: "name the folder of a system's root")
        }
        self.root = root
        self.path = path
        isMachine = try Self.facts(root).isSame(as: Self.facts(ofMachine: "/"))
    }

    #if canImport(Darwin)
        private static let runtime = "/private/var/run"
    #else
        private static let runtime = "/run"
    #endif

    /// Takes the lock that permits one run at a time.
    /// - Throws: `MachineError`.
    package func lock() throws(MachineError) -> RunLock {
        let path = isMachine ? "\(Self.runtime)/teleclaude-system.lock" : "/.teleclaude-system.lock"
        if isMachine, try look(Self.runtime).kind == .nothing {
            try makeFolder(Self.runtime, uid: 0, gid: 0, mode: 0o755)
        }
        let (folder, name) = try reach(path)
        return try RunLock(name, in: folder, path: path, of: self.path)
    }

    // MARK: - Looking

    package enum Depth: Sendable { case facts, names, digest, text }

    /// The sizes in bytes above which a file is not read, because a larger one can't be the expected file.
    private static let (longestText, longestProgram) = (1 << 20, 1 << 30)

    package func look(_ path: String, _ depth: Depth = .facts) throws(MachineError) -> FoundEntry {
        let (folder, name): (Descriptor, String)
        do throws(SystemError) { (folder, name) = try enter(above: path) } catch {
            switch error.number {
            case ENOENT: return .nothing
            case ELOOP, ENOTDIR: return FoundEntry(.unreachable, uid: 0, gid: 0, mode: 0)
            default: throw unreadable(path, error.number)
            }
        }
        var status = stat()
        let hasLeftover = fstatat(folder.number, Self.temporary(name), &status, AT_SYMLINK_NOFOLLOW) == 0
        var kind = FoundEntry.Kind.nothing
        if fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            kind = try self.kind(status, folder, name, path, depth)
        } else if errno != ENOENT {
            throw unreadable(path, errno)
        }
        guard kind != .nothing else {
            var found = FoundEntry.nothing
            found.hasLeftover = hasLeftover
            return found
        }
        return FoundEntry(
            kind, uid: status.st_uid, gid: status.st_gid, mode: UInt32(status.st_mode) & 0o7777,
            hasLeftover: hasLeftover)
    }

    /// Returns a file's bytes, without following a link.
    ///
    /// - Parameters:
    ///   - owner: The user to whom the file has to belong; `nil`: anybody.
    ///   - limit: The number of bytes that the file may have. It is for files of users, who could fill the memory.
    /// - Throws: `MachineError`, with the code `too_large` for a larger file, and `changed` for one that is not there any more.
    package func bytes(
        of path: String, ownedBy owner: UInt32? = nil, upTo limit: Int = .max
    ) throws(MachineError) -> [UInt8] {
        let (folder, name): (Descriptor, String)
        do throws(SystemError) { (folder, name) = try enter(above: path) } catch {
            throw unreadable(path, error.number)
        }
        guard let file = Descriptor.open(name, in: folder, Self.fileFlags) else { throw unreadable(path, errno) }
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw unreadable(path, errno) }
        guard owner == nil || status.st_uid == owner else {
            throw MachineError(
                .foreignFile, "\(path) belongs to uid \(status.st_uid)", remedy: "give it to its owner, or remove it")
        }
        guard Int(status.st_size) <= limit else { throw FileBytes.tooLarge(path, limit) }
        return try FileBytes.read(file, path, upTo: limit)
    }

    /// Returns the kind of what was looked at, with its contents; `nothing` if it has gone since then.
    private func kind(
        _ status: stat, _ folder: Descriptor, _ name: String, _ path: String, _ depth: Depth
    ) throws(MachineError) -> FoundEntry.Kind {
        switch UInt32(status.st_mode) & UInt32(S_IFMT) {
        case UInt32(S_IFDIR):
            guard depth == .names else { return .folder([]) }
            let opened = openat(folder.number, name, Self.folderFlags)
            guard opened >= 0 else { return try gone(path, errno) }
            return .folder(try names(opened, path))
        case UInt32(S_IFLNK):
            var text = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let length = text.withUnsafeMutableBytes { bytes in
                bytes.bindMemory(to: CChar.self).baseAddress.map { readlinkat(folder.number, name, $0, bytes.count) }
                    ?? -1
            }
            guard length >= 0 else { return try gone(path, errno) }
            return .link(to: String(decoding: text.prefix(length), as: UTF8.self))
        case UInt32(S_IFREG):
            guard depth == .text || depth == .digest else { return .file(digest: nil, text: nil) }
            guard status.st_size <= (depth == .text ? Self.longestText : Self.longestProgram) else {
                return .file(digest: "", text: nil)
            }
            guard let file = Descriptor.open(name, in: folder, Self.fileFlags) else { return try gone(path, errno) }
            let bytes = try FileBytes.read(file, path)
            let text = depth == .text ? String(validating: bytes, as: UTF8.self) : nil
            return .file(digest: FileBytes.digest(bytes), text: text)
        default: return .other
        }
    }

    /// Returns that nothing is there, if that is why an entry can't be opened.
    private func gone(_ path: String, _ number: Int32) throws(MachineError) -> FoundEntry.Kind {
        guard number == ENOENT else { throw unreadable(path, number) }
        return .nothing
    }

    /// Returns the names in an open folder, and closes the descriptor.
    func names(_ descriptor: Int32, _ path: String) throws(MachineError) -> [String] {
        do throws(SystemError) { return try FolderNames(takingOver: descriptor).all() } catch {
            throw unreadable(path, error.number)
        }
    }

    private func unreadable(_ path: String, _ number: Int32) -> MachineError {
        guard number != ENOENT else {
            return MachineError(
                .changed, "\(path) disappeared while it was read",
                remedy: "stop the programs that write there, and run this again")
        }
        return MachineError(
            number == EACCES ? .notRoot : .failed,
            "\(path) can't be read: \(SystemError(number))", remedy: "run this as root")
    }

    // MARK: - Walking

    static let fileFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
    static let folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    static func temporary(_ name: String) -> String { TemporaryName.of(name) }

    private func enter(above path: String) throws(SystemError) -> (folder: Descriptor, name: String) {
        var (folder, parts) = (root, path.split(separator: "/").map(String.init))
        guard let name = parts.popLast(), !parts.contains("..") else { throw SystemError(EINVAL) }
        for part in parts {
            guard let next = Descriptor.open(part, in: folder, Self.folderFlags) else { throw SystemError.last }
            folder = next
        }
        return (folder, name)
    }

    func reach(_ path: String) throws(MachineError) -> (folder: Descriptor, name: String) {
        do throws(SystemError) { return try enter(above: path) } catch {
            throw MachineError(
                .failed, "the folder of \(path) can't be opened: \(error)",
                remedy: "run it again: it checks the present state again")
        }
    }

    struct Facts {
        var device: UInt64
        var number: UInt64
        var owner: UInt32

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            number = UInt64(status.st_ino)
            owner = status.st_uid
        }

        func isSame(as other: Facts) -> Bool { device == other.device && number == other.number }
    }

    static func facts(_ folder: Descriptor) throws(MachineError) -> Facts {
        var status = stat()
        guard fstat(folder.number, &status) == 0 else { throw .ofCall("a folder can't be looked at") }
        return Facts(status)
    }

    private static func facts(ofMachine path: String) throws(MachineError) -> Facts {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .ofCall("\(path) can't be looked at") }
        return Facts(status)
    }
}
