import Dialects

/// The result of a transfer.
public struct TransferReport: Sendable {
    /// The verdict on whether the books balance.
    public enum Verdict: String, Sendable {
        /// Every row of the source is in the target or in quarantine. Unless only rows were counted, the target also returns
        /// the values that were read, as a rule reads them if there is one.
        case verified
        /// The books of a table do not balance. Nothing was kept.
        case mismatch
    }

    /// The books of one table.
    public struct TableReport: Sendable, Equatable {
        /// The table's name in the source.
        public var name: String
        /// The number of rows that the source counts.
        public var sourceRows: Int
        /// The number of rows that were read and written.
        public var rowsRead: Int
        /// The number of rows that the target counts.
        public var targetRows: Int
        /// The number of rows that were put into `tc_quarantine` during the transfer.
        public var quarantined = 0
        /// The number of this table's rows that `tc_quarantine` holds at the end, without those that it held before.
        public var storedAside = 0
        /// The columns in which values became NULL.
        public var nulled: [Nulled] = []
        /// Remarks on the table: rows without a parent, for example.
        public var notes: [String] = []

        /// The digest of all values that were read, as 32 hexadecimal digits; `nil` if only rows were counted.
        public var sourceDigest: String?
        /// The digest of all values that the target returns; `nil` if only rows were counted.
        public var targetDigest: String?

        /// The first rows that differ, if the transfer searched for them; there may be more.
        public var differences: [VerificationReport.Difference] = []

        /// Whether the table's books do not balance.
        public var isMismatch: Bool {
            sourceRows != targetRows + quarantined || storedAside != quarantined || sourceDigest != targetDigest
        }
    }

    /// The values of a column that became NULL because they did not fit.
    public struct Nulled: Sendable, Equatable {
        /// The column's name in the source.
        public var column: String
        /// The number of values that became NULL.
        public var count: Int
    }

    /// The verdict: `verified` if every table's books balance.
    public var verdict: Verdict { tables.contains(where: \.isMismatch) ? .mismatch : .verified }
    /// Each table's books.
    public var tables: [TableReport]
    /// The parts that were not transferred, with the reasons.
    public var omitted: [Omission]
    /// The columns whose types need an explanation.
    public var types: [TypeNote]
    /// The names that the target could not use as they were.
    public var renames: [Rename]
    /// The values that did not fit, as they were found before loading.
    public var incompatibleValues: [IncompatibleValues]
    /// Rules that may be useful for another transfer.
    public var proposals: [ProposedRule]
    /// The duration of the whole transfer, in seconds.
    public var seconds: Double = 0
    /// The duration of each phase.
    public var phases = Phases()
    /// The plan of the transfer.
    public let plan: TransferPlan
    /// The databases that were read and written; `nil` until the transfer is complete.
    public var provenance: Provenance?
    /// Remarks, as sentences: for instance on the effect of the reading on other programs, such as "other programs that write
    /// it had to wait".
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

    /// The duration of each phase, in seconds.
    public struct Phases: Sendable, Equatable {
        /// The time for examining values, to choose types.
        public var surveying = 0.0
        /// The time for reading and writing rows.
        public var loading = 0.0
        /// The time for building keys, indexes, checks, foreign keys and views.
        public var building = 0.0
        /// The time for gathering the target's statistics.
        public var analyzing = 0.0
        /// The time for reading the target back and comparing.
        public var verifying = 0.0
    }

    /// Creates a report without its tables: the content of the plan, and the parts that were left out while building.
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
    /// Returns the part's name in a report. Views and columns have the source's names, which may be longer than the target's.
    fileprivate func label(in plan: TransferPlan) -> String {
        switch kind {
        case .check: return "\(table).\(name)"
        case .computed:
            guard let planned = plan.tables.first(where: { $0.target == table }),
                let column = zip(planned.targetColumns, planned.sourceColumns).first(where: { $0.0 == name })
            else { return "\(table).\(name) GENERATED" }
            return "\(planned.source).\(column.1) GENERATED"
        case .madeView: return plan.viewSources[name] ?? name
        case .madeTable, .madeSequence, .madeSupport, .madeFile, .rows, .duplicates, .key, .index, .trigger,
            .foreignKey, .validation:
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
        case .madeTable, .madeSequence, .madeSupport, .madeFile, .rows, .computed, .duplicates: .other
        }
    }
}
