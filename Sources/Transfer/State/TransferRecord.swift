import Dialects

/// The record of a transfer in its target.
public struct TransferRecord: Sendable, Equatable {
    /// How far it is.
    public enum State: String, Sendable {
        /// Rows are being loaded.
        case loading
        /// Rows are there; keys, indexes, checks and views are being made.
        case building
        /// Everything is there and is being compared.
        case verifying
        /// Everything is there and was compared. Any other state is a database that nobody should work with.
        case complete
    }

    /// A random number that tells one run from another.
    public var id: String
    /// The source's URL, without a password.
    public var source: String
    /// The state of the source (`Connection.sourceFingerprint`). A run goes on only with the same source.
    public var fingerprint: String
    /// The whole plan as JSON. A run goes on only with the same plan.
    public var plan: String
    /// How far it is.
    public var state: State
    /// When it began: RFC 3339, UTC.
    public var startedAt = ""
    /// When it was complete: RFC 3339, UTC; empty until then.
    public var finishedAt = ""

    /// The same where it is not complete.
    var mark: UnfinishedTransfer { UnfinishedTransfer(source: source, startedAt: startedAt) }

    /// For people, where it is complete.
    public var completion: String { "the transfer from \(source), begun \(startedAt), was completed at \(finishedAt)" }
}

/// A part of a transfer that is done, recorded in the very transaction that did it: nothing can be done twice.
struct ChunkRecord: Sendable, Equatable {
    /// What was done. A made table or view did not exist before.
    enum Kind: String {
        case madeTable = "made_table"
        case madeView = "made_view"
        /// What columns that compare without regard to case need: the policy is the name.
        case madeSupport = "made_support"
        case rows
        /// The target would compute another value than the source: the column holds the source's.
        case computed
        /// Rows that repeat a key were taken out of the table.
        case duplicates
        case key, index, check, trigger
        case foreignKey = "foreign_key"
        /// The rows that are there were looked at for a foreign key.
        case validation
    }

    var kind: Kind
    /// The table in the target, or the view.
    var table: String
    /// What was built: an index's name; empty for rows.
    var name = ""
    /// Which piece of the table's rows, from 0.
    var piece = 0
    /// Rows that the target took.
    var rows = 0
    /// Rows that were set aside instead, or taken out again.
    var quarantined = 0
    /// How many values became NULL, by column.
    var nulled: [Int] = []
    /// Of the rows that the target took, or of those that were taken out; `nil` when values are not compared.
    var digest: String?
    /// What is to be said about it in the report.
    var note: String?
    /// The target refused it, and the transfer went on without.
    var isLeftOut = false
}

extension TransferRecord {
    static let tableName = UnfinishedTransfer.tableName
    /// What a report says of the tables that stay.
    static let remark =
        "\(tableName) and \(chunkTableName) hold the record of this transfer, and stay in the target"
    static let chunkTableName = "tc_transfer_chunks"

    static let schema: Schema = {
        var transfers = Table(name: tableName)
        var startedAt = Column("started_at", .timestamp)
        startedAt.default = .now
        var finishedAt = Column("finished_at", .timestamp)
        finishedAt.isNullable = true
        transfers.columns = [
            Column("id", .text), Column("source", .text), Column("fingerprint", .text), Column("plan", .text),
            Column("state", .text), startedAt, finishedAt,
        ]
        transfers.primaryKey = PrimaryKey(["id"], name: "tc_transfers_pkey")
        var chunks = Table(name: chunkTableName)
        var (digest, note) = (Column("digest", .text), Column("note", .text))
        digest.isNullable = true
        note.isNullable = true
        chunks.columns = [
            Column("transfer_id", .text), Column("kind", .text), Column("table_name", .text), Column("name", .text),
            Column("piece", .bigint), Column("rows", .bigint), Column("quarantined", .bigint), Column("nulled", .text),
            digest, note, Column("is_left_out", .boolean),
        ]
        chunks.primaryKey = PrimaryKey(
            ["transfer_id", "kind", "table_name", "name", "piece"], name: "tc_transfer_chunks_pkey")
        // A run that was abandoned meanwhile can record nothing more, and so do nothing more.
        chunks.foreignKeys = [
            ForeignKey(["transfer_id"], to: tableName, ["id"], name: "tc_transfer_chunks_transfer_id_fkey")
        ]
        return Schema(tables: [transfers, chunks])
    }()
}
