import Transfer

/// A description of the data that was brought over, or would be.
package struct ImportReport: Sendable {
    /// The entries in `import_quarantine` that have the same reason.
    package struct Note: Sendable, Equatable {
        package enum Kind: String, Sendable {
            /// A whole row that is not in the target.
            case row
            /// The old columns of a row that is in the target.
            case columns
            /// The original value of a row that is in the target with another value in its place.
            case value
        }

        package var kind: Kind
        package var table: String
        /// The column of the value, or the column that caused a row to be set aside.
        package var column: String?
        /// The reason, as a predicate: `is not JSON that jsonb takes`.
        package var reason: String
        package var count: Int
    }

    /// The row counts of one old table: in the source, in the target and in `import_quarantine`.
    package struct Line: Sendable, Equatable {
        package var table: String
        package var sourceRows: Int
        package var targetRows: Int
        package var setAside: Int
    }

    /// The sessions of one owner.
    package struct Share: Sendable, Equatable {
        package var owner: ImportOwner
        package var sessions: Int
    }

    package var install: ExistingInstall
    package var owner: ImportOwner
    package var lines: [Line]
    package var notes: [Note]
    /// Further remarks, such as rows without a parent, or the way in which the source was read.
    package var remarks: [String]
    /// The number of sessions that each owner gets. The owner of sessions that name no owner comes first.
    package var shares: [Share]
    /// The number of tokens that were still valid and are revoked.
    package var revokedTokens: Int
    package var seconds: Double
    /// The old databases that were written to after they had been copied, so that the target lacks something of them.
    package var writtenSince: [String] = []

    /// Whether an old database was written to after it had been copied.
    package var isOutdated: Bool { !writtenSince.isEmpty }

    /// The number of sessions that get an owner.
    package var ownedSessions: Int { shares.reduce(0) { $0 + $1.sessions } }

    /// Whether every row of the source is either in the target or set aside.
    package var isComplete: Bool { lines.allSatisfy { $0.sourceRows == $0.targetRows + $0.setAside } }
}
