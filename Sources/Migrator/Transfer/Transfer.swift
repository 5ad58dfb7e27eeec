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

/// Copies a whole database into an empty one of another kind, and proves that no row and no value was lost.
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
        let (source, target) = try roles()
        let options = options
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
        let (source, target) = try roles()
        let options = options
        return try await Database.withConnections(from, to) { reading, writing in
            try TransferEngine.requireEmpty(writing, target)
            return try reading.sharedSnapshot { _ in
                try reading.endSharing()
                let plan = try SourceSurvey(reading, source, options).plan(for: target)
                events(.planned(plan))
                let engine = TransferEngine(plan, options, from: reading, to: writing, target, events)
                var report = try engine.run()
                report.remarks = reading.readingRemarks
                return report
            }
        }
    }

    private func roles() throws(TransferError) -> (any TransferSource, any TransferTarget) {
        guard let source = from.dialect as? any TransferSource else { throw .notASource(dialect: from.dialect.name) }
        guard let target = to.dialect as? any TransferTarget else { throw .notATarget(dialect: to.dialect.name) }
        return (source, target)
    }
}
