import Dialects

/// The result of a transfer.
public struct TransferReport: Sendable {
    /// Whether the books balance.
    public enum Verdict: String, Sendable {
        /// Every row of the source is in the target or in quarantine, and, unless only rows were counted, the target gives back
        /// the values that were read: as a rule reads them, where there is one.
        case verified
        /// A table's books do not balance. Nothing was kept.
        case mismatch
    }

    /// The books of one table.
    public struct TableReport: Sendable, Equatable {
        /// The table, as the source calls it.
        public var name: String
        /// The rows that the source counts.
        public var sourceRows: Int
        /// The rows that were read and written.
        public var rowsRead: Int
        /// The rows that the target counts.
        public var targetRows: Int
        /// Rows that were set aside in `tc_quarantine` on the way.
        public var quarantined = 0
        /// Rows of this table that `tc_quarantine` holds in the end.
        public var storedAside = 0
        /// Columns in which values became NULL.
        public var nulled: [Nulled] = []
        /// Remarks on the table: rows without a parent, for example.
        public var notes: [String] = []

        /// The digest of all values that were read, as 32 hexadecimal digits; `nil` when only rows were counted.
        public var sourceDigest: String?
        /// The digest of all values that the target gives back; `nil` when only rows were counted.
        public var targetDigest: String?

        /// The first rows that differ, where they were looked for; there may be more.
        public var differences: [VerificationReport.Difference] = []

        /// Whether the table's books do not balance.
        public var isMismatch: Bool {
            sourceRows != targetRows + quarantined || storedAside != quarantined || sourceDigest != targetDigest
        }
    }

    /// Values that became NULL because they did not fit.
    public struct Nulled: Sendable, Equatable {
        /// The column, as the source calls it.
        public var column: String
        /// How many values became NULL.
        public var count: Int
    }

    /// `verified` when every table's books balance.
    public var verdict: Verdict { tables.contains(where: \.isMismatch) ? .mismatch : .verified }
    /// Each table's books.
    public var tables: [TableReport]
    /// What stayed behind, with the reasons.
    public var omitted: [Omission]
    /// Columns whose types deserve an explanation.
    public var types: [TypeNote]
    /// Names that the target could not take as they were.
    public var renames: [Rename]
    /// Values that did not fit, as they were found before loading.
    public var incompatibleValues: [IncompatibleValues]
    /// Rules that may be wanted next time.
    public var proposals: [ProposedRule]
    /// How long the whole took, in seconds.
    public var seconds: Double = 0
    /// How long each phase took.
    public var phases = Phases()
    /// What was to be done.
    public let plan: TransferPlan
    /// What was read and written; `nil` until the transfer is through.
    public var provenance: Provenance?
    /// What reading the source meant for other programs, as sentences: "other programs that write it wait".
    public var remarks: [String] = []

    /// The databases of a transfer.
    public struct Provenance: Sendable, Equatable {
        /// The source in the snapshot that was read (`Connection.sourceFingerprint`).
        public var fingerprint: String
        /// The source's program and version (`Connection.product`).
        public var source: String
        /// The target's program and version (`Connection.product`).
        public var target: String
    }

    /// How long each took, in seconds.
    public struct Phases: Sendable, Equatable {
        /// Looking at values, to choose types.
        public var surveying = 0.0
        /// Reading and writing rows.
        public var loading = 0.0
        /// Making keys, indexes, checks, foreign keys and views.
        public var building = 0.0
        /// Gathering the target's statistics.
        public var analyzing = 0.0
        /// Reading the target back and comparing.
        public var verifying = 0.0
    }

    /// Without the tables: what the plan says, and what was left out while building.
    init(of plan: TransferPlan, _ built: [ChunkRecord]) {
        self.plan = plan
        tables = []
        types = plan.typeNotes
        renames = plan.renames
        incompatibleValues = plan.incompatibleValues
        proposals = plan.proposals
        remarks = plan.remarks
        let leftOut = built.filter(\.isLeftOut).map { chunk in
            Omission(chunk.kind.omitted, chunk.label(in: plan), reason: chunk.note ?? "")
        }
        omitted = plan.omitted + leftOut
    }
}

extension ChunkRecord {
    /// How a report calls it: views and columns as the source does, which may have longer names.
    fileprivate func label(in plan: TransferPlan) -> String {
        switch kind {
        case .check: return "\(table).\(name)"
        case .computed:
            guard let planned = plan.tables.first(where: { $0.target == table }),
                let column = zip(planned.targetColumns, planned.sourceColumns).first(where: { $0.0 == name })
            else { return "\(table).\(name) GENERATED" }
            return "\(planned.source).\(column.1) GENERATED"
        case .madeView: return plan.viewSources[name] ?? name
        case .madeTable, .madeSupport, .rows, .duplicates, .key, .index, .trigger, .foreignKey, .validation:
            return name
        }
    }
}

extension ChunkRecord.Kind {
    fileprivate var omitted: Omission.Kind {
        switch self {
        case .madeView: .view
        case .index, .key: .index
        case .check: .constraint
        case .trigger: .trigger
        case .foreignKey, .validation: .foreignKey
        case .madeTable, .madeSupport, .rows, .computed, .duplicates: .other
        }
    }
}
