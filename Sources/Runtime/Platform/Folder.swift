import TCPOSIX

/// Operations on folders.
enum Folder {
    /// Makes the folder and its parents if they are missing. By default only their owner may enter them.
    ///
    /// - Throws: `RuntimeError`.
    static func make(_ path: String, mode: UInt32 = 0o700) throws(RuntimeError) {
        guard access(path, F_OK) != 0 else { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try make(String(path[..<slash]), mode: mode)
        }
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw RuntimeError(
                .failed, "\(path) can't be created: \(SystemError.last)",
                remedy: "create it, or name another place")
        }
    }

    /// Makes a folder that only its owner may enter. An existing folder has to belong to this account and must not be a link;
    /// the permissions that it gives to others are removed.
    ///
    /// - Throws: `RuntimeError`.
    static func makePrivate(_ path: String) throws(RuntimeError) {
        try make(path)
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == geteuid() else {
            throw RuntimeError(
                .failed, "\(path) is not a folder of uid \(geteuid())", remedy: "move away what is in its place")
        }
        guard facts.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0 else {
            throw RuntimeError(
                .failed, "\(path) is open to others: \(SystemError.last)",
                remedy: "remove their rights: chmod 700")
        }
    }

    /// Returns the names of the folder's contents; empty if it can't be read.
    static func names(in folder: String) -> [String] {
        var names: [String] = []
        visit(folder) { name in
            names.append(name)
            return true
        }
        return names
    }

    /// Returns the names of an open folder's contents, and closes the descriptor; `nil` if not all can be read.
    static func names(of descriptor: Int32) -> [String]? {
        var names: [String] = []
        let areAll = visit(descriptor) { name in
            names.append(name)
            return true
        }
        return areAll ? names : nil
    }

    /// Passes the names of the folder's contents to `body`, one after the other, until it returns false. So a folder of any size takes
    /// little memory. There are none if the folder can't be read.
    static func visit(_ folder: String, _ body: (String) -> Bool) {
        visit(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), body)
    }

    /// Returns whether the folder was read as far as `body` wanted.
    @discardableResult
    private static func visit(_ descriptor: Int32, _ body: (String) -> Bool) -> Bool {
        do throws(SystemError) {
            let names = try FolderNames(takingOver: descriptor)
            while let name = try names.next() {
                guard body(name) else { return true }
            }
            return true
        } catch {
            return false
        }
    }
}
