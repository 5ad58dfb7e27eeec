import ArgumentParser
import Dialects
import TCPOSIX

/// The files that the arguments of one transfer name. None that it writes may be one of the others: the report in the place of the source
/// would be all that is left of the data.
struct FilesApart {
    private struct File {
        /// The file's part in the transfer: `the source`, or an option.
        let role: String
        let place: Place
    }

    private var files: [File] = []

    /// Adds a database, if it is a file, with the files that SQLite puts beside it.
    mutating func add(database url: String, as role: String) {
        guard let path = (try? DatabaseURL(parsing: url))?.filePath else { return }
        // SQLite puts them where a link to the database leads.
        let file = Path.destination(of: path) ?? path
        files.append(File(role: role, place: Place(file)))
        for ending in ["-wal", "-shm", "-journal"] {
            files.append(File(role: "a file that SQLite keeps beside \(role)", place: Place(file + ending)))
        }
    }

    /// Adds a file that an option names, and that is only read.
    mutating func add(read path: String?, as option: String) {
        guard let path else { return }
        files.append(File(role: "the file of \(option)", place: Place(path)))
    }

    /// Adds a file that an option names, and that the transfer is to write.
    /// - Throws: `ValidationError` if it is one of the others.
    mutating func add(written path: String?, as option: String) throws {
        guard let path else { return }
        let place = Place(path)
        // Several texts can go into a pipe or a terminal.
        guard place.isFile else { return }
        if let other = files.first(where: { $0.place.isSame(as: place) }) {
            throw ValidationError(
                "\(option) and \(other.role) would be one file, \(path); name another file for \(option)")
        }
        files.append(File(role: "the file of \(option)", place: place))
    }

    /// What a path leads to.
    private struct Place {
        private let path: String
        /// What is there; `nil` if nothing is.
        private let facts: stat?

        init(_ path: String) {
            self.path = Path.destination(of: path) ?? path
            var facts = stat()
            self.facts = stat(path, &facts) == 0 ? facts : nil
        }

        /// Whether it is a file, or will be one.
        var isFile: Bool { facts.map { $0.st_mode & S_IFMT == S_IFREG } ?? true }

        /// Whether both lead to one file, by whatever path, link or further name of the file.
        func isSame(as other: Place) -> Bool {
            guard let facts, let others = other.facts else { return path == other.path }
            return facts.st_dev == others.st_dev && facts.st_ino == others.st_ino
        }
    }
}
