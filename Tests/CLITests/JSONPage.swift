import Foundation
import TestSupport

/// The tables of docs/json.md.
struct JSONPage {
    /// The paths of the keys, such as `migrations[].id`, by the heading of their section.
    private(set) var keys: [String: Set<String>] = [:]
    /// The exit codes of the error codes.
    private(set) var exitCodes: [String: Int32] = [:]

    /// The heading above the documents of telec, which have a row each.
    static let telec = "Documents of telec"

    init() throws {
        var section = ""
        for line in try TestSources.text(of: "docs/json.md").split(separator: "\n").map(String.init) {
            if line.hasPrefix("#") { section = line.replacing(/^#+ |`/, with: "") }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard line.hasPrefix("| `"), cells.count > 3 else { continue }
            switch section {
            // The commands that print the daemon's document, each with the document's path.
            case "telec": continue
            case "Codes":
                for code in Self.words(cells[1]) {
                    exitCodes[code] = Int32(cells[2].trimmingCharacters(in: .whitespaces))
                }
            case Self.telec: keys[section, default: []].formUnion(Self.paths(cells[2]))
            default: keys[section, default: []].formUnion(Self.paths(cells[1]))
            }
        }
    }

    /// Whether the section names the path, or what holds it or is in it.
    func names(_ path: String, in section: String) -> Bool {
        // An expression and a collation may be an object with a text for each database.
        let path = path.replacing(/\.(sqlite|postgresql)$/, with: "")
        return path == "version"
            || keys[section, default: []].contains { named in
                named == path || named.hasPrefix("\(path).") || named.hasSuffix("[]") && path.hasPrefix("\(named).")
            }
    }

    /// The names of the keys, without what they are in.
    func names(in sections: (String) -> Bool) -> Set<String> {
        let paths = keys.filter { sections($0.key) }.values.joined()
        return Set(paths.flatMap { $0.replacing("[]", with: "").split(separator: ".").map(String.init) })
    }

    /// Returns the paths of a document's keys.
    static func paths(of value: Any, at path: String = "") -> Set<String> {
        switch value {
        case let object as [String: Any] where !object.isEmpty:
            object.reduce(into: []) { paths, member in
                paths.formUnion(Self.paths(of: member.value, at: path.isEmpty ? member.key : "\(path).\(member.key)"))
            }
        case let list as [Any] where !list.isEmpty:
            list.reduce(into: []) { $0.formUnion(Self.paths(of: $1, at: "\(path)[]")) }
        case is [Any]: ["\(path)[]"]
        default: [path]
        }
    }

    /// Returns the keys that a cell names. One that begins with a dot is beside the last one that does not.
    private static func paths(_ cell: String) -> Set<String> {
        var parent = ""
        var paths: Set<String> = []
        for word in words(cell) {
            if word.hasPrefix(".") {
                paths.insert(parent + word)
            } else {
                parent = word.split(separator: ".").dropLast().joined(separator: ".")
                paths.insert(word)
            }
        }
        return paths
    }

    /// Returns what is in backticks, but not in parentheses.
    private static func words(_ cell: String) -> [String] {
        cell.replacing(/\([^)]*\)/, with: "").matches(of: /`([^`]+)`/).map { String($0.1) }
    }
}
