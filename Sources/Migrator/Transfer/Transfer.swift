import Dialects

/// What to take along, and whether to do it.
public struct TransferOptions: Sendable {
    /// The tables to take, as the source calls them; all when `nil`.
    public var tables: [String]?
    public var exclude: [String]
    public var verification: Verification

    public init(tables: [String]? = nil, exclude: [String] = [], verification: Verification = .digest) {
        self.tables = tables
        self.exclude = exclude
        self.verification = verification
    }

    /// What is compared at the end.
    public enum Verification: String, Sendable, CaseIterable {
        /// How many rows each table has on either side.
        case count
        /// The rows' number, and a 128-bit digest of all their values: of those that were read, and of those that the target
        /// gives back.
        case digest
    }

    func takes(_ table: String) -> Bool { (tables?.contains(table) ?? true) && !exclude.contains(table) }
}

/// What happens during a transfer, in the order in which it happens.
public enum TransferEvent: Sendable {
    case planned(TransferPlan)
    case tableStarted(String, rows: Int)
    case progress(String, rows: Int)
    case tableFinished(TransferReport.TableReport)
    case building(Construction.Part)
    case verifying(String)
}

/// Copies a whole database into an empty one of the same or another kind, and proves that no row and no value was lost.
///
///     let report = try await Transfer(from: sqlite, to: postgresql).run { event in … }
///
/// The source is only read, in one snapshot. The target is filled in one transaction: whatever goes wrong, it is afterwards as
/// empty as it was.
public struct Transfer: Sendable {
    private let from: Database
    private let to: Database
    private let options: TransferOptions

    public init(from: Database, to: Database, options: TransferOptions = TransferOptions()) {
        self.from = from
        self.to = to
        self.options = options
    }

    /// What `run` would do; changes nothing. Throws `TransferError` where `run` would refuse, and `DatabaseError`.
    public func plan() async throws -> TransferPlan {
        try requireTwo()
        let (source, target, options) = (from.dialect, to.dialect, options)
        // A file that is still to be made holds nothing, and is not made for a plan.
        guard !to.isMissing else {
            return try await from.withConnection { reading in
                try reading.snapshot { try SourceSurvey(reading, source, options).plan(for: target) }
            }
        }
        return try await Database.withConnections(from, to) { reading, writing in
            try TransferEngine.requireEmpty(writing, target)
            return try reading.snapshot {
                try SourceSurvey(reading, source, options).plan(for: target)
            }
        }
    }

    /// Does it, and tells `events` on the way. Throws `TransferError` and `DatabaseError`, and has then changed nothing; a
    /// report whose verdict is `mismatch` has changed nothing either.
    public func run(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> TransferReport {
        try requireTwo()
        return try await to.withNewFile(keptIf: Self.isWorthKeeping) {
            try await fill(events)
        }
    }

    private func fill(_ events: @escaping @Sendable (TransferEvent) -> Void) async throws -> TransferReport {
        let (source, target, options) = (from.dialect, to.dialect, options)
        return try await Database.withConnections(from, to) { reading, writing in
            try TransferEngine.requireEmpty(writing, target)
            return try reading.snapshot {
                let plan = try SourceSurvey(reading, source, options).plan(for: target)
                events(.planned(plan))
                let engine = TransferEngine(plan, options, from: reading, to: writing, target, events)
                return try writing.withForeignKeysUnenforced { try engine.run() }
            }
        }
    }

    /// A file that was made for a transfer which left nothing in it goes away again.
    @Sendable private static func isWorthKeeping(_ result: Result<TransferReport, any Error>) -> Bool {
        switch result {
        case .success(let report): report.verdict == .verified
        case .failure: false
        }
    }

    private func requireTwo() throws(TransferError) {
        guard !from.isSame(as: to) else { throw .oneDatabase }
    }
}
