/// A lock by name, held by a session and freed by the database when that session ends.
public struct AdvisoryLock: Sendable, Hashable {
    /// The lock's name. All programs that use the same database and name share the lock.
    public var name: String
    /// A lock of this name.
    public init(_ name: String) { self.name = name }

    /// Held by whoever changes a database's schema: a run of migrations, or a transfer that fills it.
    public static let schemaChange = AdvisoryLock("tc_migrations")
}

/// A lock that is held. Use it on its connection's thread.
public protocol HeldLock: AnyObject {
    /// Whether another session can take the lock while this process goes on and has not noticed yet.
    var isLostUnnoticed: Bool { get }
    /// Asks whether the lock is still there.
    ///
    /// - Throws: ``DatabaseError`` of kind `lost` when the lock is gone, or nobody answers.
    func confirm() throws(DatabaseError)
    /// Gives the lock back.
    func release()
}
