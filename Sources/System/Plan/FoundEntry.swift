/// What stands at a path.
package struct FoundEntry: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case nothing
        /// Its digest, and its text where it is a small one. Neither where nobody has to know; a file that is too large to be ours
        /// has the digest of none.
        case file(digest: String?, text: String?)
        /// The names of what is in it, where somebody has to know.
        case folder([String])
        case link(to: String)
        case other
        /// A folder above is a link or a file, or may not be passed.
        case unreachable
    }

    package var kind: Kind
    package var uid: UInt32
    package var gid: UInt32
    package var mode: UInt32
    /// The temporary file of a run that did not come to its end.
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

/// Everything that planning has to know of a machine.
package struct FoundMachine: Sendable {
    package var entries: [String: FoundEntry]
    /// User and group; `nil` where one of them is missing.
    package var account: ServiceAccount?
    /// Why the accounts that are there can't be the service's.
    package var accountObstacle: Obstacle?
    package var record: InstallRecord
    /// Whether systemd or launchd runs here, and the service.
    package var services: Services

    package enum Services: Sendable, Equatable {
        /// A root that is no running machine.
        case none
        /// This machine, without a running service manager.
        case notManaged
        case managed(isRunning: Bool)
    }

    package subscript(path: String) -> FoundEntry { entries[path] ?? .nothing }

    package init(
        entries: [String: FoundEntry], account: ServiceAccount?, accountObstacle: Obstacle? = nil,
        record: InstallRecord, services: Services
    ) {
        self.entries = entries
        self.account = account
        self.accountObstacle = accountObstacle
        self.record = record
        self.services = services
    }
}

/// What is there and not ours: nobody changes it without a word.
package struct Obstacle: Error, Sendable, Equatable {
    package var path: String
    package var message: String
    package var remedy: String

    package init(_ path: String, _ message: String, remedy: String) {
        (self.path, self.message, self.remedy) = (path, message, remedy)
    }
}

/// All that is in the way.
package struct Obstacles: Error, Sendable, Equatable {
    package var all: [Obstacle]

    package init(_ all: [Obstacle]) { self.all = all }
}
