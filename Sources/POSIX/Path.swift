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

    /// Returns the absolute path without links of what the path leads to, whether or not it is there yet: what is not, is a name in a folder
    /// that is. The result is `nil` if there is no such folder either.
    package static func destination(of path: String) -> String? {
        var path = path
        for _ in 0..<16 {
            if let found = resolved(path) { return found }
            guard let next = target(ofLink: path) else { break }
            path = next
        }
        return resolved(folder(of: path)).map { $0 == "/" ? "/\(name(of: path))" : "\($0)/\(name(of: path))" }
    }

    /// Returns the path in a link; `nil` if it can't be read. The link of an open pipe (`/dev/fd/63`) holds none, although it can be opened.
    package static func target(ofLink link: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &bytes, bytes.count)
        guard count > 0, count < bytes.count,
            let text = String(validating: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        else { return nil }
        return text.hasPrefix("/") ? text : "\(folder(of: link))/\(text)"
    }
}
