import Dialects

/// The ledger's row about one applied migration.
package struct LedgerEntry: Sendable, Equatable {
    package var id: String
    /// The digest of the operations that were applied.
    package var checksum: String
    /// The time of application in RFC 3339, UTC.
    package var appliedAt: String
    package var milliseconds: Int64
    package var appliedBy: String
    /// The version of the program that applied the migration.
    package var version: String

    package init(
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
