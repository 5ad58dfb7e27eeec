import TCPOSIX
import TCRuntime

/// Folders that the user names on the command line.
enum WorkingFolder {
    /// Returns the absolute path like `absolute(_:)`. An absolute path to a folder that no longer exists is returned as it is
    /// written.
    static func orAsWritten(_ path: String) throws(RuntimeError) -> String {
        do throws(RuntimeError) { return try absolute(path) } catch {
            guard path.hasPrefix("/") else { throw error }
            return path
        }
    }

    /// Returns the absolute path with links resolved.
    /// - Throws: `RuntimeError` if there is no such folder.
    static func absolute(_ path: String) throws(RuntimeError) -> String {
        var facts = stat()
        guard let folder = Path.resolved(path) else {
            throw RuntimeError(.badRequest, "\(path): \(SystemError.last)", remedy: "name a folder")
        }
        guard stat(folder, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            throw RuntimeError(.badRequest, "\(path) is not a folder", remedy: "name a folder")
        }
        return folder
    }
}
