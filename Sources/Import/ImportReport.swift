import Transfer

/// A description of the data that was brought over, or would be.
public struct ImportReport: Sendable {
    /// The entries in `import_quarantine` that have the same reason.
    public struct Note: Sendable, Equatable {
        public enum Kind: String, Sendable {
            /// A whole row that is not in the target.
            case row
            /// The old columns of a row that is in the target.
            case columns
            /// The original value of a row that is in the target with another value in its place.
            case value
        }

        public var kind: Kind
        public var table: String
        /// The column of the value, or the column that caused a row to be set aside.
        public var column: String?
        /// The reason, as a predicate: `is not JSON that jsonb takes`.
        public var reason: String
        public var count: Int
    }

    /// The row counts of one old table: in the source, in the target and in `import_quarantine`.
    public struct Line: Sendable, Equatable {
        public var table: String
        public var sourceRows: Int
        public var targetRows: Int
        public var setAside: Int
    }

    /// The sessions of one owner.
    public struct Share: Sendable, Equatable {
        public var owner: ImportOwner
        public var sessions: Int
    }

    public var install: ExistingInstall
    public var owner: ImportOwner
    public var lines: [Line]
    public var notes: [Note]
    /// Further remarks, such as rows without a parent, or the way in which the source was read.
    public var remarks: [String]
    /// The number of sessions that each owner gets. The owner of sessions that name no owner comes first.
    public var shares: [Share]
    /// The number of tokens that were still valid and are revoked.
    public var revokedTokens: Int
    public var seconds: Double
    /// The old databases that were written to after they had been copied, so that the target lacks something of them.
    public var writtenSince: [String] = []

    /// Whether an old database was written to after it had been copied.
    public var isOutdated: Bool { !writtenSince.isEmpty }

    /// The number of sessions that get an owner.
    public var ownedSessions: Int { shares.reduce(0) { $0 + $1.sessions } }

    /// Whether every row of the source is either in the target or set aside.
    public var isComplete: Bool { lines.allSatisfy { $0.sourceRows == $0.targetRows + $0.setAside } }
}
