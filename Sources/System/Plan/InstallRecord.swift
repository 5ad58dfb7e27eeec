/// The files that an installation has put on a machine, by which a later run recognizes them. `sha256sum --check` can read the
/// record.
package struct InstallRecord: Sendable, Equatable {
    /// The digests of each path. Two digests are those before and after a change that is being made.
    package var digests: [String: Set<String>] = [:]
    /// The missing folders and files around the entries that the installation has created.
    package var made: Set<String> = []
    package var hasMadeAccount = false

    package init() {}

    package init(parsing text: String) {
        for line in text.split(separator: "\n") {
            if line == Self.accountMark {
                hasMadeAccount = true
            } else if line.hasPrefix(Self.madeMark) {
                add(made: String(line.dropFirst(Self.madeMark.count)))
            } else if !line.hasPrefix("#"), let gap = line.firstRange(of: "  ") {
                add(digest: String(line[..<gap.lowerBound]), of: String(line[gap.upperBound...]))
            }
        }
    }

    package var isEmpty: Bool { digests.isEmpty && made.isEmpty && !hasMadeAccount }

    package var text: String {
        let marks = made.sorted().map { Self.madeMark + $0 } + (hasMadeAccount ? [Self.accountMark] : [])
        let files = digests.sorted { $0.key < $1.key }.flatMap { path, digests in
            digests.sorted().map { "\($0)  \(path)" }
        }
        return ([Self.title] + marks + files).joined(separator: "\n") + "\n"
    }

    private static let title =
        "# What `telec system install` has put on this machine; it knows its own files by this one."
    private static let madeMark = "# made "
    private static let accountMark = "# made the account"

    /// Returns whether the path is plain. An installation never writes a path with parts such as `..`.
    private static func isPlain(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.split(separator: "/", omittingEmptySubsequences: false).contains("..")
    }

    private mutating func add(made path: String) { if Self.isPlain(path) { made.insert(path) } }

    private mutating func add(digest: String, of path: String) {
        if Self.isPlain(path) { digests[path, default: []].insert(digest) }
    }
}
