import Synchronization

/// The directory that is in force. SIGHUP puts a new one in its place; requests under way keep what they began with.
public final class IdentityBox: Sendable {
    private let directory: Mutex<IdentityDirectory>

    public init(_ directory: IdentityDirectory) { self.directory = Mutex(directory) }

    public var current: IdentityDirectory { directory.withLock { $0 } }

    public func replace(by newDirectory: IdentityDirectory) { directory.withLock { $0 = newDirectory } }
}
