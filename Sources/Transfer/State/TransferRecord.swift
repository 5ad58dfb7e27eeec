import Dialects

/// The record of a transfer in its target.
public struct TransferRecord: Sendable, Equatable {
    /// The progress of a transfer.
    public enum State: String, Sendable {
        /// Rows are being loaded.
        case loading
        /// The rows are loaded; keys, indexes, checks and views are being built.
        case building
        /// Everything is built and is being compared.
        case verifying
        /// Everything is built and was compared. A database in any other state must not be used.
        case complete
    }

    /// A random text that distinguishes this run from others.
    public var id: String
    /// The source's URL, without a password. A file has its absolute path, without links; in records of earlier versions, the path that
    /// was given.
    public var source: String
    /// The state of the source (`Connection.sourceFingerprint`). A run resumes only with the same source, or with
    /// one that still holds every row which was loaded.
    public var fingerprint: String
    /// The whole plan as JSON. A run resumes only with the same plan for the tables and their rows.
    public var plan: String
    /// The progress of the transfer.
    public var state: State
    /// The time at which the transfer began: RFC 3339, UTC.
    public var startedAt = ""
    /// The time at which the transfer was completed: RFC 3339, UTC; empty until then.
    public var finishedAt = ""

    /// The record as an unfinished transfer, for a transfer that is not complete.
    var mark: UnfinishedTransfer { UnfinishedTransfer(source: source, startedAt: startedAt) }

    /// Whether the record names this source.
    func isOf(_ url: DatabaseURL) -> Bool { source == url.absolute.description || source == url.description }

    /// A sentence for people about a complete transfer.
    public var completion: String { "the transfer from \(source), begun \(startedAt), was completed at \(finishedAt)" }
}

/// A part of a transfer that is done. It is recorded in the transaction that did it, so nothing can be done twice.
struct ChunkRecord: Sendable, Equatable {
    /// The kind of part. A table or view that was made did not exist before.
    enum Kind: String {
        case madeTable = "made_table"
        case madeView = "made_view"
        /// A sequence that belongs to no column, and so does not go with a table.
        case madeSequence = "made_sequence"
        /// Support that columns which ignore case need; the record's name is the policy.
        case madeSupport = "made_support"
        /// The file that the target is.
        case madeFile = "made_file"
        case rows
        /// A column that holds the source's values, because the target would compute others.
        case computed
        /// The removal from the table of rows that repeat a key.
        case duplicates
        case key, index, check, trigger
        case foreignKey = "foreign_key"
        /// The validation of existing rows for a foreign key.
        case validation
    }

    var kind: Kind
    /// The table or view in the target.
    var table: String
    /// The name of what was built, such as an index; empty for rows.
    var name = ""
    /// The index of the piece of the table's rows, from 0.
    var piece = 0
    /// The number of rows that the target accepted.
    var rows = 0
    /// The number of rows that were quarantined instead, or removed again.
    var quarantined = 0
    /// The number of values that became NULL, by column.
    var nulled: [Int] = []
    /// The digest of the rows that the target accepted, or of those that were removed again; `nil` if values are not
    /// compared.
    var digest: String?
    /// The remark about the part in the report; `nil` if there is none.
    var note: String?
    /// Whether the target refused the part, so that the transfer continued without it.
    var isLeftOut = false
}

extension TransferRecord {
    static let tableName = UnfinishedTransfer.tableName
    /// The report's remark about the two tables that stay in the target.
    static let remark =
        "\(tableName) and \(chunkTableName) hold the record of this transfer, and stay in the target; once that is in use, \(chunkTableName) and "
        + "then \(tableName) may be dropped: only the note from where and when it was filled is lost"
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
        // Because of this foreign key, a run that was abandoned meanwhile can record nothing more, and therefore do
        // nothing more.
        chunks.foreignKeys = [
            ForeignKey(["transfer_id"], to: tableName, ["id"], name: "tc_transfer_chunks_transfer_id_fkey")
        ]
        return Schema(tables: [transfers, chunks])
    }()
}
