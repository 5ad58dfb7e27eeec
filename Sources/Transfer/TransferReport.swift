import Dialects

/// What a transfer did.
public struct TransferReport: Sendable {
    public enum Verdict: String, Sendable {
        /// Every row of the source is in the target or in quarantine, and, unless only rows were counted, the target gives back
        /// the values that were read: as a rule reads them, where there is one.
        case verified
        /// At least one has not: nothing was kept.
        case mismatch
    }

    public struct TableReport: Sendable, Equatable {
        public var name: String
        /// Rows that the source counts.
        public var sourceRows: Int
        /// Rows that were read and handed over.
        public var rowsRead: Int
        /// Rows that the target counts.
        public var targetRows: Int
        /// Rows that were set aside in `tc_quarantine`, and those that it holds of this table in the end.
        public var quarantined = 0
        public var storedAside = 0
        /// Columns in which values became NULL.
        public var nulled: [Nulled] = []
        /// What is to be said about it: rows without the parent that their foreign key names.
        public var notes: [String] = []

        /// Of all values that were read, and of all that the target gives back, as 32 hexadecimal digits; `nil` when only rows
        /// were counted.
        public var sourceDigest: String?
        public var targetDigest: String?

        /// The first rows that differ, where they were looked for; there may be more.
        public var differences: [VerificationReport.Difference] = []

        /// The books balance, or they don't.
        public var isMismatch: Bool {
            sourceRows != targetRows + quarantined || storedAside != quarantined || sourceDigest != targetDigest
        }
    }

    /// Values that became NULL because they were not what their column says.
    public struct Nulled: Sendable, Equatable {
        public var column: String
        public var count: Int
    }

    public var verdict: Verdict { tables.contains(where: \.isMismatch) ? .mismatch : .verified }
    public var tables: [TableReport]
    public var notCarried: [NotCarried]
    public var types: [TypeNote]
    public var renames: [Rename]
    /// Values that did not fit, as they were found before loading.
    public var misfits: [Misfits]
    /// What rules might say next time.
    public var proposals: [ProposedRule]
    public var seconds: Double = 0
    public var phases = Phases()
    public let plan: TransferPlan
    /// What was read and written; `nil` until the transfer is through.
    public var provenance: Provenance?
    /// What reading the source meant for others: "other programs that write it wait", and the like.
    public var remarks: [String] = []

    /// Which databases these were.
    public struct Provenance: Sendable, Equatable {
        /// The source at the moment that was read (`Connection.sourceFingerprint`).
        public var fingerprint: String
        /// `Connection.product` of either side.
        public var source: String
        public var target: String
    }

    /// How long each took, in seconds.
    public struct Phases: Sendable, Equatable {
        public var surveying = 0.0
        public var loading = 0.0
        public var building = 0.0
        public var analyzing = 0.0
        public var verifying = 0.0
    }

    /// Without the tables: what the plan says, and what was left out while building.
    init(of plan: TransferPlan, _ built: [ChunkRecord]) {
        self.plan = plan
        tables = []
        types = plan.typeNotes
        renames = plan.renames
        misfits = plan.misfits
        proposals = plan.proposals
        remarks = plan.remarks
        let leftOut = built.filter(\.isLeftOut).map { chunk in
            NotCarried(chunk.kind.notCarried, chunk.label, reason: chunk.note ?? "")
        }
        notCarried = plan.notCarried + leftOut
    }
}

extension ChunkRecord {
    /// How a report calls it.
    fileprivate var label: String {
        switch kind {
        case .check: "\(table).\(name)"
        case .madeTable, .madeView, .madeSupport, .rows, .duplicates, .key, .index, .trigger, .foreignKey, .validation:
            name
        }
    }
}

extension ChunkRecord.Kind {
    fileprivate var notCarried: NotCarried.Kind {
        switch self {
        case .madeView: .view
        case .index, .key: .index
        case .check: .constraint
        case .trigger: .trigger
        case .foreignKey, .validation: .foreignKey
        case .madeTable, .madeSupport, .rows, .duplicates: .other
        }
    }
}
