/// One statement of an operation that runs while others read and write the table. The statement runs alone, outside of a
/// transaction. So the database itself must show whether the step is done, and what a failed attempt has left behind.
public struct OnlineStep: Sendable, Equatable {
    /// The statement, without a closing `;`.
    public var statement: String
    /// Whether the statement takes a lock that readers or writers wait for. It holds this lock for a moment only, but must not
    /// wait long for it: whoever comes later waits behind the statement.
    public var isMomentary: Bool
    /// A query for one truth value: whether the database already holds what the statement makes.
    public var isDone: SQL
    /// The object that this statement leaves behind when it fails or is stopped; `nil` if it leaves nothing.
    public var remnant: Remnant?

    /// A half-made object that a failed statement leaves behind.
    public struct Remnant: Sendable, Equatable {
        /// What it is, for people: `the invalid index notes_owner_idx`.
        public var name: String
        /// A query for one truth value: whether the remnant is there.
        public var exists: SQL
        /// The statement that removes it; `nil` where that is the step's own.
        public var removal: String?
        /// Whether only a failed attempt leaves it. A constraint that is not validated may as well be somebody else's.
        public var isOurs: Bool
    }
}
