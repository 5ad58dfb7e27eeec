import TCPOSIX
import TCRuntime

/// Folders that the user names.
enum WorkingFolder {
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
