/// The result of checking a chain.
public struct AuditVerdict: Sendable, Equatable {
    /// The number of rows that were found correct.
    public var entries: Int
    /// The checkpoint before the first row; `genesis` unless the log was archived up to there.
    public var start: AuditCheckpoint
    /// The last row that was found correct: a checkpoint that is worth keeping elsewhere.
    public var end: AuditCheckpoint
    /// The first flaw; `nil` if everything is as it was written.
    public var flaw: AuditFlaw?

    public var isIntact: Bool { flaw == nil }
}

/// The first flaw of a chain.
public struct AuditFlaw: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
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

    public var kind: Kind
    /// The number of the first row that is wrong or missing.
    public var seq: Int64
    /// The flaw as a sentence.
    public var reason: String

    init(_ kind: Kind, _ seq: Int64, _ reason: String) {
        self.kind = kind
        self.seq = seq
        self.reason = reason
    }
}

extension AuditFlaw: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .edited, .removed, .reordered, .truncated, .rewritten, .headMoved: "row \(seq): \(reason)"
        case .unguarded: reason
        }
    }
}
