import TCPOSIX

extension Files {
    /// An open folder. What is looked at and made in it is in this very folder, whatever somebody puts into its place meanwhile.
    final class OpenFolder {
        let path: String
        let descriptor: Descriptor

        /// Opens a folder. A link to it is followed, since the caller has named it.
        init(_ path: String) throws(BackupError) {
            guard let descriptor = Descriptor.open(path, O_RDONLY | O_DIRECTORY) else {
                throw failure("the folder \(path) can't be read")
            }
            (self.path, self.descriptor) = (path, descriptor)
        }

        /// Opens a folder in another one. No link is followed: the owner of the outer folder may have put it there.
        init(_ name: String, in folder: OpenFolder) throws(BackupError) {
            let path = "\(folder.path)/\(name)"
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
            guard let descriptor = Descriptor.open(name, in: folder.descriptor, flags) else {
                throw BackupError(
                    "file", "\(path) is not a folder in \(folder.path), or can't be read",
                    remedy: "remove what is there: no symbolic link is followed")
            }
            (self.path, self.descriptor) = (path, descriptor)
        }

        var number: Int32 { descriptor.number }
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
            let names = try reading { () throws(SystemError) in try FolderNames(in: descriptor) }
            while let name = try reading({ () throws(SystemError) in try names.next() }) { try body(name) }
        }

        private func reading<T>(_ body: () throws(SystemError) -> T) throws(BackupError) -> T {
            do throws(SystemError) { return try body() } catch {
                throw BackupError(
                    "file", "the folder \(path) can't be read: \(error)", remedy: "check the path and its permissions")
            }
        }
    }
}
