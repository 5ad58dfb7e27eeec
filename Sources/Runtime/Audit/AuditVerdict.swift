/// What checking a chain has found.
public struct AuditVerdict: Sendable, Equatable {
    /// How many rows were found right.
    public var entries: Int
    /// What lies before the first row; `genesis` unless the log was archived up to there.
    public var start: AuditCheckpoint
    /// The last row that was found right: worth keeping elsewhere.
    public var end: AuditCheckpoint
    /// The first thing that is wrong; `nil` when all is as it was written.
    public var flaw: AuditFlaw?

    public var isIntact: Bool { flaw == nil }
}

/// The first thing that is wrong with a chain.
public struct AuditFlaw: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// The row says something else than when it was hashed.
        case edited
        /// Rows are missing before others.
        case removed
        /// The row stood somewhere else.
        case reordered
        /// Rows are missing at the end.
        case truncated
        /// The chain fits together and is another one than the checkpoint knows.
        case rewritten
        /// The head says something that the log does not.
        case headMoved = "head_moved"
        /// The rows are right, and what lets the log only grow is not as it was made: the next row may not be written.
        case unguarded
    }

    public var kind: Kind
    /// The first row that is wrong or missing.
    public var seq: Int64
    /// What is wrong, as a sentence.
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
