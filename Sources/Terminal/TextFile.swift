import TCPOSIX

/// Reads and writes small files that the user names.
package enum TextFile {
    /// The reason why a file can't be read or created.
    package struct Failure: Error {
        package var message: String
        package var remedy: String
    }

    package static func read(_ path: String) throws(Failure) -> String {
        guard let file = fopen(path, "rb") else { throw failure("\(path) can't be read", "name a file that exists") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        guard ferror(file) == 0 else { throw failure("\(path) can't be read", "name a file that exists") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(message: "\(path) does not hold UTF-8 text", remedy: "save it as UTF-8")
        }
        return text
    }

    /// Returns the names in the folder, sorted.
    package static func names(in folder: String) throws(Failure) -> [String] {
        do throws(SystemError) { return try FolderNames(in: folder).all() } catch {
            throw Failure(
                message: "the folder \(folder) can't be read: \(error)",
                remedy: "name a folder that exists and may be read")
        }
    }

    /// Throws if something exists at the path, be it a link to nothing, because it may be somebody's work.
    package static func requireAbsent(_ path: String) throws(Failure) {
        var facts = stat()
        guard lstat(path, &facts) != 0 else {
            throw Failure(message: "\(path) exists", remedy: "name a file that does not, or remove it")
        }
    }

    /// Makes a file that is whole, or not there at all, with the permissions that the user's umask leaves.
    /// - Throws: `Failure` if something exists at the path, or there is no room.
    package static func create(_ path: String, _ text: String) throws(Failure) {
        guard let draft = DraftFile(of: path, mode: 0o666) else {
            throw failure("\(path) can't be written", "name a file that does not exist")
        }
        guard draft.file.write(Array(text.utf8)), draft.file.sync() else {
            throw failure("\(path) can't be written", "free some space for it")
        }
        guard draft.place(replacing: false) else {
            throw failure("\(path) can't be written", "name a file that does not exist")
        }
    }

    private static func failure(_ message: String, _ remedy: String) -> Failure {
        Failure(message: "\(message): \(SystemError.last)", remedy: remedy)
    }
}
