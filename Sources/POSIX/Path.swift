/// The parts of a path, and the path without links.
package enum Path {
    /// Returns the folder of what a path names: `/` for something in the root, and `.` for a name without a folder.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Returns the last name of a path; empty for the root.
    package static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// Returns a folder's path without a slash at its end. One with `.`, `..` or a doubled slash in it is resolved, since `..` behind a
    /// link is another folder; it stays as it is if nothing is there.
    package static func plain(_ path: String) -> String {
        let isOdd = path.contains("//") || path.split(separator: "/").contains { $0 == "." || $0 == ".." }
        if isOdd, let resolved = resolved(path) { return resolved }
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Returns the absolute path without links; `nil` if nothing is there, or nobody may see it, with the reason in `errno`. The reason
    /// `EILSEQ` means that the path is not UTF-8: a text of it would be another path.
    package static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        let text = SystemText.exact(resolved)
        free(resolved)
        if text == nil { errno = EILSEQ }
        return text
    }

    /// Returns the absolute path without links, or the path as it is if nothing is there.
    package static func withoutLinks(_ path: String) -> String { resolved(path) ?? path }
}
