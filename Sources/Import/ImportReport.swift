import Transfer

/// What was brought over, or would be.
public struct ImportReport: Sendable {
    /// What was kept in `import_quarantine`, for one reason.
    public struct Note: Sendable, Equatable {
        public enum Kind: String, Sendable {
            /// A whole row, which is not in the target.
            case row
            /// The old columns of a row that is in the target.
            case columns
            /// A value as it was, of a row that is in the target with another value in its place.
            case value
        }

        public var kind: Kind
        public var table: String
        /// A value's column, or that for whose sake a row was set aside.
        public var column: String?
        /// The reason, as a predicate: `is not JSON that jsonb takes`.
        public var reason: String
        public var count: Int
    }

    /// One old table's books: what the source counts, what the target does, and what is in `import_quarantine`.
    public struct Line: Sendable, Equatable {
        public var table: String
        public var sourceRows: Int
        public var targetRows: Int
        public var setAside: Int
    }

    /// Somebody's sessions.
    public struct Share: Sendable, Equatable {
        public var owner: ImportOwner
        public var sessions: Int
    }

    public var install: ExistingInstall
    public var owner: ImportOwner
    public var lines: [Line]
    public var notes: [Note]
    /// What else there is to know: rows without a parent, how the source was read.
    public var remarks: [String]
    /// How many sessions each owner got: first the one who has those that name nobody else.
    public var shares: [Share]
    /// Tokens that could still be used, and are revoked.
    public var revokedTokens: Int
    public var seconds: Double

    /// Sessions that got their owner.
    public var ownedSessions: Int { shares.reduce(0) { $0 + $1.sessions } }

    /// Whether every row of the source is in the target or set aside.
    public var isComplete: Bool { lines.allSatisfy { $0.sourceRows == $0.targetRows + $0.setAside } }
}
