/// The result of checking a chain.
package struct AuditVerdict: Sendable, Equatable {
    /// The number of rows that were found correct.
    package var entries: Int
    /// The checkpoint before the first row; `genesis` unless the log was archived up to there.
    package var start: AuditCheckpoint
    /// The last row that was found correct: a checkpoint that is worth keeping elsewhere.
    package var end: AuditCheckpoint
    /// The first flaw; `nil` if everything is as it was written.
    package var flaw: AuditFlaw?

    package var isIntact: Bool { flaw == nil }
}

/// The first flaw of a chain.
package struct AuditFlaw: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The row's contents differ from those that were hashed.
        case edited
        /// Rows are missing before other rows.
        case removed
        /// The row was in another place.
        case reordered
        /// Rows are missing at the end.
        case truncated
        /// The chain is consistent, but it is not the one that the checkpoint was taken from.
        case rewritten
        /// The head of the log does not match its last row.
        case headMoved = "head_moved"
        /// The rows are correct, but the guards that let the log only grow are not as they were made: the next row may be lost
        /// or changed.
        case unguarded
    }

    package var kind: Kind
    /// The number of the first row that is wrong or missing.
    package var seq: Int64
    /// The flaw as a sentence.
    package var reason: String

    init(_ kind: Kind, _ seq: Int64, _ reason: String) {
        self.kind = kind
        self.seq = seq
        self.reason = reason
    }
}

extension AuditFlaw: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .edited, .removed, .reordered, .truncated, .rewritten, .headMoved: "row \(seq): \(reason)"
        case .unguarded: reason
        }
    }
}
