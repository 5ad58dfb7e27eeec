import TCPOSIX
import TCRuntime

/// Folders that the user names.
enum WorkingFolder {
    /// The same; what is a path from the root, and no folder here any more, is taken as it is written.
    static func orAsWritten(_ path: String) throws(RuntimeError) -> String {
        do throws(RuntimeError) { return try absolute(path) } catch {
            guard path.hasPrefix("/") else { throw error }
            return path
        }
    }

    /// The path from the root, links resolved. Throws `RuntimeError` when there is no such folder.
    static func absolute(_ path: String) throws(RuntimeError) -> String {
        var facts = stat()
        guard let resolved = realpath(path, nil) else {
            throw RuntimeError(.badRequest, "\(path): \(String(cString: strerror(errno)))", remedy: "name a folder")
        }
        defer { free(resolved) }
        let folder = String(cString: resolved)
        guard stat(folder, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            throw RuntimeError(.badRequest, "\(path) is no folder", remedy: "name a folder")
        }
        return folder
    }
}
