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
            throw Failure(message: "the folder \(folder) can't be read: \(error)", remedy: "name a folder that exists")
        }
    }

    /// Throws if something exists at the path, be it a link to nothing, because it may be somebody's work.
    package static func requireAbsent(_ path: String) throws(Failure) {
        var facts = stat()
        guard lstat(path, &facts) != 0 else {
            throw Failure(message: "\(path) exists", remedy: "name a file that does not, or remove it")
        }
    }

    package static func create(_ path: String, _ text: String) throws(Failure) {
        guard let file = fopen(path, "wx") else {
            throw failure("\(path) can't be written", "name a file that does not exist")
        }
        var text = text
        // fputs(3) would end at a NUL.
        let isWritten = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
        guard fclose(file) == 0, isWritten else {
            let error = failure("\(path) can't be written", "free some space for it")
            unlink(path)
            throw error
        }
    }

    private static func failure(_ message: String, _ remedy: String) -> Failure {
        Failure(message: "\(message): \(SystemError.last)", remedy: remedy)
    }
}
