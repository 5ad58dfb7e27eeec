import Dialects

/// What the ledger says of one applied migration.
public struct LedgerEntry: Sendable, Equatable {
    public var id: String
    /// The digest of the operations that were applied.
    public var checksum: String
    /// RFC 3339, UTC.
    public var appliedAt: String
    public var milliseconds: Int64
    public var appliedBy: String
    /// The version of the program that applied it.
    public var version: String

    public init(
        id: String, checksum: String, appliedAt: String = "", milliseconds: Int64 = 0, appliedBy: String = "",
        version: String = ""
    ) {
        self.id = id
        self.checksum = checksum
        self.appliedAt = appliedAt
        self.milliseconds = milliseconds
        self.appliedBy = appliedBy
        self.version = version
    }
}
