/// A lock that an operation keeps while it reads or rewrites all rows of a table. Others wait for as long as that takes.
public struct LongLock: Sendable, Equatable {
    /// Who has to wait for the lock.
    public enum Waiting: String, Sendable {
        /// Writers wait, and reading goes on.
        case writers
        /// Readers and writers wait.
        case everybody
    }
    /// The table that is locked.
    public var table: String
    /// Who has to wait for the lock.
    public var waiting: Waiting
    /// The work that is done under the lock: `index notes_owner_idx is built`.
    public var meanwhile: String
    /// Whether an online migration does the same work without the lock.
    public var isAvoidable: Bool

    package init(table: String, waiting: Waiting, meanwhile: String, isAvoidable: Bool) {
        self.table = table
        self.waiting = waiting
        self.meanwhile = meanwhile
        self.isAvoidable = isAvoidable
    }
}
