/// One line of the table of everything that an installation lays down.
package struct SystemEntry: Sendable, Equatable {
    package enum Owner: Sendable, Equatable {
        case root
        /// The account under which the daemon runs.
        case service
    }

    package enum Kind: Sendable, Equatable {
        case folder
        /// A file with the text that this version writes.
        case file(String)
        /// A settings file, which belongs to the admin once it has been created.
        case settings(String)
        /// A copy of the program at this path, which has this digest.
        case program(from: String, digest: String)
        case link(to: String)
    }

    package var path: String
    package var owner: Owner
    package var group: Owner
    /// The mode. A link has no mode of its own.
    package var mode: UInt32
    package var kind: Kind
    /// Whether the entry holds data that people have made. Such an entry stays when the programs are removed.
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

    /// Returns all folders above an absolute path, the outermost first.
    package static func folders(above path: String) -> [String] {
        var (folders, folder) = ([String](), "")
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            folders.append(folder)
        }
        return folders
    }
}
