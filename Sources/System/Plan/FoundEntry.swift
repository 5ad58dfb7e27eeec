/// The kind and the rights of the file that was found at a path.
package struct FoundEntry: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case nothing
        /// A file. Its digest is `nil` if it was not read because planning needs only its rights, and empty, so that it matches no
        /// other, if the file is too large to be the installation's. Its text is `nil` unless it was read as text and is UTF-8.
        case file(digest: String?, text: String?)
        /// A folder, with the names in it. There are none if planning does not need them, or if the folder can't be read.
        case folder([String])
        case link(to: String)
        case other
        /// The path can't be reached, because a folder above it is a link or a file.
        case unreachable
    }

    package var kind: Kind
    package var uid: UInt32
    package var gid: UInt32
    package var mode: UInt32
    /// Whether the temporary file of an interrupted run exists.
    package var hasLeftover: Bool

    package static let nothing = FoundEntry(.nothing, uid: 0, gid: 0, mode: 0)

    package init(_ kind: Kind, uid: UInt32, gid: UInt32, mode: UInt32, hasLeftover: Bool = false) {
        self.kind = kind
        self.uid = uid
        self.gid = gid
        self.mode = mode
        self.hasLeftover = hasLeftover
    }
}

/// An account of the machine.
package struct ServiceAccount: Sendable, Equatable {
    package var uid: UInt32
    package var gid: UInt32

    package init(uid: UInt32, gid: UInt32) { (self.uid, self.gid) = (uid, gid) }
}

/// Everything that planning has to know about a machine.
package struct FoundMachine: Sendable {
    package var entries: [String: FoundEntry]
    /// The service's user and group; `nil` if one of them is missing.
    package var account: ServiceAccount?
    /// How much there is of the user and the group in this machine's own accounts. Others come from a directory (LDAP).
    package var accountState: AccountState
    /// The reason why the existing accounts can't be the service's.
    package var accountObstacle: Obstacle?
    package var record: InstallRecord
    /// The state of the service manager (systemd or launchd), and of the service.
    package var services: Services

    package enum Services: Sendable, Equatable {
        /// The root is not a running machine.
        case none
        /// The root is this machine, and no service manager runs.
        case notManaged
        case managed(Activity)

        /// Whether there is anything to stop.
        package var isRunning: Bool {
            switch self {
            case .none, .notManaged, .managed(.stopped): false
            case .managed(.partial), .managed(.running): true
            }
        }
    }

    /// The activity of the service, which with systemd has two units: the socket and the daemon.
    package enum Activity: Sendable, Equatable {
        case stopped
        /// One unit is active, and the other one is not: the service was stopped, or fails at every start.
        case partial
        case running

        /// Returns the activity of a service by whether each of its parts runs.
        package init(parts: [Bool]) {
            self = parts.allSatisfy { $0 } ? .running : parts.contains(true) ? .partial : .stopped
        }
    }

    package subscript(path: String) -> FoundEntry { entries[path] ?? .nothing }

    package init(
        entries: [String: FoundEntry], account: ServiceAccount?, accountState: AccountState,
        accountObstacle: Obstacle? = nil, record: InstallRecord, services: Services
    ) {
        self.entries = entries
        self.account = account
        self.accountState = accountState
        self.accountObstacle = accountObstacle
        self.record = record
        self.services = services
    }
}

/// Something that is there and is not the installation's. A run reports it and does not change it.
package struct Obstacle: Error, Sendable, Equatable {
    package var path: String
    package var message: String
    package var remedy: String

    package init(_ path: String, _ message: String, remedy: String) {
        (self.path, self.message, self.remedy) = (path, message, remedy)
    }
}

/// All obstacles of a run.
package struct Obstacles: Error, Sendable, Equatable {
    package var all: [Obstacle]

    package init(_ all: [Obstacle]) { self.all = all }
}
