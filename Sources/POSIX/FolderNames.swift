/// The names in a folder, one by one and in no order, without `.` and `..`: there may be millions of them.
package final class FolderNames {
    #if canImport(Darwin)
        private typealias Entries = UnsafeMutablePointer<DIR>
    #else
        private typealias Entries = OpaquePointer
    #endif
    private let entries: Entries

    /// Reads an open folder, and closes the descriptor in the end, also if it is none (-1).
    ///
    /// - Throws: `SystemError`.
    package init(takingOver descriptor: Int32) throws(SystemError) {
        guard descriptor >= 0, let entries = fdopendir(descriptor) else {
            let reason = SystemError.last
            if descriptor >= 0 { close(descriptor) }
            throw reason
        }
        self.entries = entries
    }

    /// Reads the folder at a path, and follows a link to it.
    ///
    /// - Throws: `SystemError`.
    package convenience init(in path: String) throws(SystemError) {
        try self.init(takingOver: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    }

    /// Reads an open folder from its beginning, and leaves the descriptor as it is.
    ///
    /// - Throws: `SystemError`.
    package convenience init(in folder: Descriptor) throws(SystemError) {
        try self.init(takingOver: openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    }

    deinit { closedir(entries) }

    /// Returns the next name; `nil` after the last one.
    ///
    /// - Throws: `SystemError` if the folder can't be read on (readdir(3)): there may be more names then.
    package func next() throws(SystemError) -> String? {
        while true {
            errno = 0
            guard let entry = readdir(entries) else {
                guard errno == 0 else { throw SystemError.last }
                return nil
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { return name }
        }
    }

    /// Returns the names that are left, sorted.
    ///
    /// - Throws: `SystemError`, as `next` does.
    package func all() throws(SystemError) -> [String] {
        var names: [String] = []
        while let name = try next() { names.append(name) }
        return names.sorted()
    }
}
