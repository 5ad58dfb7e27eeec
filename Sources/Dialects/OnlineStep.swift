/// One statement of an operation that is done while others read and write the table. It runs alone, outside of a transaction, so each
/// step is known by what the database holds: whether it is done, and what a failed attempt has left.
public struct OnlineStep: Sendable, Equatable {
    /// The statement, without a closing `;`.
    public var statement: String
    /// Whether it takes a lock that readers or writers wait for. It holds that for a moment only, and must not wait for it long: whoever
    /// comes later waits behind it.
    public var isMomentary: Bool
    /// A query for one truth value: whether the database holds already what the statement makes.
    public var isDone: SQL
    /// What this statement leaves behind when it fails or is stopped; `nil` where it leaves nothing.
    public var remnant: Remnant?

    /// Half of an object.
    public struct Remnant: Sendable, Equatable {
        /// What it is, for people: `the invalid index notes_owner_idx`.
        public var name: String
        /// A query for one truth value: whether it is there.
        public var exists: SQL
        /// The statement that removes it; `nil` where that is the step's own.
        public var removal: String?
        /// Whether only a failed attempt leaves it. A constraint that is not validated may as well be somebody else's.
        public var isOurs: Bool
    }
}
