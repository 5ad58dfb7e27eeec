/// A lock known by its name, which a session holds and the database frees when that session ends.
public struct AdvisoryLock: Sendable, Hashable {
    /// The lock's name. All programs that use the same database and name share the lock.
    public var name: String
    /// Makes a lock of this name.
    public init(_ name: String) { self.name = name }

    /// The lock of everybody who changes a database's schema: a run of migrations, or a transfer that fills the database.
    public static let schemaChange = AdvisoryLock("tc_migrations")

    /// The lock of a transfer that migrates its target before it fills it (`Connection.withFillingLock`).
    package static let filling = AdvisoryLock("tc_filling")

    /// The lock that each session shares which writes for a transfer (`Connection.joinTransfer`).
    package static let transferStream = AdvisoryLock("tc_transfer")
}

/// A lock that a session holds. Use it on its connection's thread.
public protocol HeldLock: AnyObject {
    /// Whether another session can take the lock while this process goes on without having noticed the loss.
    var isLostUnnoticed: Bool { get }
    /// Makes sure that the lock is still held.
    ///
    /// - Throws: ``DatabaseError`` of kind `lost` when the lock is gone, or when the server does not answer.
    func confirm() throws(DatabaseError)
    /// Releases the lock.
    func release()
}
