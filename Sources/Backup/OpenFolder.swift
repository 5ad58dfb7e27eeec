import TCPOSIX

extension Files {
    /// An open folder. What is looked at and made in it is in this very folder, whatever somebody puts into its place meanwhile.
    final class OpenFolder {
        let number: Int32
        let path: String

        /// Opens a folder. A link to it is followed, since the caller has named it.
        init(_ path: String) throws(BackupError) {
            self.path = path
            number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard number >= 0 else { throw failure("the folder \(path) can't be read") }
        }

        /// Opens a folder in another one. No link is followed: the owner of the outer folder may have put it there.
        init(_ name: String, in folder: OpenFolder) throws(BackupError) {
            path = "\(folder.path)/\(name)"
            number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard number >= 0 else {
                throw BackupError(
                    "file", "\(path) is not a folder in \(folder.path), or can't be read",
                    remedy: "remove what is there: no symbolic link is followed")
            }
        }

        deinit { close(number) }

        var facts: stat { Files.facts(ofOpen: number) }

        func holds(_ name: String) -> Bool {
            var facts = stat()
            return fstatat(number, name, &facts, AT_SYMLINK_NOFOLLOW) == 0
        }

        /// Makes a folder that only its owner may access. Returns false if there is something of that name already.
        func makeFolder(_ name: String) throws(BackupError) -> Bool {
            if mkdirat(number, name, 0o700) == 0 { return true }
            guard errno == EEXIST else { throw failure("the folder \(path)/\(name) can't be created") }
            return false
        }

        func remove(_ name: String) { unlinkat(number, name, 0) }

        func rename(_ name: String, to other: String) throws(BackupError) {
            guard renameat(number, name, number, other) == 0 else {
                throw failure("\(path)/\(other) can't be created")
            }
        }

        /// Passes the names in the folder to a closure one by one, in no order, because there may be millions of them.
        func each(_ body: (String) throws(BackupError) -> Void) throws(BackupError) {
            let again = openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard again >= 0, let entries = fdopendir(again) else { throw failure("the folder \(path) can't be read") }
            defer { closedir(entries) }
            while let entry = readdir(entries) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
                }
                if name != "." && name != ".." { try body(name) }
            }
        }
    }
}
