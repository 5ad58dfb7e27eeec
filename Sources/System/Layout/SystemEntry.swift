/// One line of the table of what an installation lays down.
package struct SystemEntry: Sendable, Equatable {
    package enum Owner: Sendable, Equatable {
        case root
        /// The account that the daemon runs as.
        case service
    }

    package enum Kind: Sendable, Equatable {
        case folder
        /// As this version writes it.
        case file(String)
        /// The admin's from the moment on at which it was made.
        case settings(String)
        /// A copy of a program, which is at this path and has this digest.
        case program(from: String, digest: String)
        case link(to: String)
    }

    package var path: String
    package var owner: Owner
    package var group: Owner
    /// A link has none of its own.
    package var mode: UInt32
    package var kind: Kind
    /// Whether it holds what people have made: it then stays when the programs go.
    package var isData: Bool

    package init(
        _ kind: Kind, _ path: String, owner: Owner = .root, group: Owner = .root, mode: UInt32, isData: Bool = false
    ) {
        self.path = path
        self.owner = owner
        self.group = group
        self.mode = mode
        self.kind = kind
        self.isData = isData
    }

    /// All folders above a path from the root, the outermost first.
    package static func folders(above path: String) -> [String] {
        var (folders, folder) = ([String](), "")
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            folders.append(folder)
        }
        return folders
    }
}
