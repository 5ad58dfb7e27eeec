/// A lock that an operation keeps while it reads all rows of a table, or writes them anew: others wait for as long as that takes.
public struct LongLock: Sendable, Equatable {
    /// Who waits.
    public enum Waiting: String, Sendable {
        /// Reading goes on.
        case writers
        /// Nobody reads or writes.
        case everybody
    }
    /// The table that is locked.
    public var table: String
    /// Who waits for it.
    public var waiting: Waiting
    /// What goes on meanwhile: `index notes_owner_idx is built`.
    public var meanwhile: String
    /// Whether an online migration does the same without the lock.
    public var isAvoidable: Bool
}
