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
            let reason = SystemError.last
            guard reason.number == EILSEQ else {
                throw RuntimeError(.badRequest, "\(path): \(reason)", remedy: "name a folder")
            }
            throw RuntimeError(
                .badRequest, "the path of the folder \(path) is not UTF-8",
                remedy: "rename it, or work in another folder")
        }
        guard stat(folder, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            throw RuntimeError(.badRequest, "\(path) is not a folder", remedy: "name a folder")
        }
        return folder
    }
}
