import Dialects

/// The options of a transfer: which tables to take, how to load them, and what to compare.
public struct TransferOptions: Sendable {
    /// The tables to take, by their names in the source; `nil` for all.
    public var tables: [String]?
    /// The tables to leave out, by their names in the source.
    public var exclude: [String]
    /// The comparison that is made before the target is marked complete.
    public var verification: Verification
    /// The rules by which the transfer departs from its defaults.
    public var rules: TransferRules

    /// The number of streams that read and write at once. A SQLite target gets one.
    public var jobs: Int
    /// The size of a chunk in bytes. With small chunks an interruption loses little, and the streams end at about the same time.
    public var chunkBytes: Int
    /// Whether to continue an interrupted run.
    public var resumes: Bool

    /// Creates options. The defaults take all tables, use two streams and compare digests. `chunkBytes` is in bytes.
    public init(
        tables: [String]? = nil, exclude: [String] = [], verification: Verification = .digest,
        rules: TransferRules = TransferRules(), jobs: Int = 2, chunkBytes: Int = 64 << 20, resumes: Bool = false
    ) {
        self.tables = tables
        self.exclude = exclude
        self.verification = verification
        self.rules = rules
        self.jobs = jobs
        self.chunkBytes = chunkBytes
        self.resumes = resumes
    }

    /// The comparison at the end of a transfer.
    public enum Verification: String, Sendable, CaseIterable {
        /// Compares the number of rows of each table.
        case count
        /// Compares the number of rows, and a 128-bit digest of all values that were read with one of all values that the target
        /// returns.
        case digest
        /// Compares as `digest` does. If digests differ, it also finds the differing rows, by key and column.
        case full
    }

    func takes(_ table: String) -> Bool { (tables?.contains(table) ?? true) && !exclude.contains(table) }
}

/// A transfer that was completed in an earlier run.
public struct FinishedTransfer: Sendable {
    /// The target's record of the transfer.
    public var record: TransferRecord
    /// Whether the source is known to be unchanged since then.
    public var isOfThisMoment: Bool
}

/// Copies a whole database into an empty one of the same or another kind, and proves that no row and no value was lost.
///
///     let report = try await DatabaseTransfer(from: sqlite, to: postgresql).run { event in … }
///
/// The source is only read, in one snapshot. If something is wrong with the data, the target is left as empty as it was. An
/// interruption leaves it marked as unfinished, to be resumed or abandoned.
public struct DatabaseTransfer: Sendable {
    private let from: Database
    private let to: Database
    private let options: TransferOptions

    /// Creates a transfer from one database into another. It does not open them yet.
    public init(from: Database, to: Database, options: TransferOptions = TransferOptions()) {
        self.from = from
        self.to = to
        self.options = options
    }

    /// Returns what `run` would do, and changes nothing.
    ///
    /// - Throws: ``TransferError`` if `run` would refuse, and `DatabaseError`.
    public func plan(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> TransferPlan {
        try from.requireOther(than: to)
        // A file that does not exist yet holds nothing, and a plan does not create it.
        let isMade = !to.isMissing
        var (plan, remarks) = try await TransferEngine.stoppable {
            try await SourceRetry.whenChanged(from, { events(.startedAgain($0)) }) {
                try await withEngine(writingTo: isMade ? to : from, events) { engine in
                    if isMade { try await engine.requireFree() }
                    var plan = try await engine.planNamingOrphans()
                    if isMade { plan.remarks += [try await engine.encodingRemark()].compactMap { $0 } }
                    return plan
                }
            }
        }
        plan.remarks += remarks
        return plan
    }

    /// Copies the database, and reports its progress to `events`. If the report's verdict is `mismatch`, nothing was changed.
    ///
    /// - Throws: ``TransferError`` and `DatabaseError`. The target is then as it was, except after `TransferError.interrupted` and
    ///   `TransferError.madeObjectsGone`.
    public func run(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> TransferReport {
        try from.requireOther(than: to)
        return try await TransferEngine.stoppable {
            let makesFile = to.isMissing
            return try await to.withNewFile(keptIf: Self.isWorthKeeping) {
                try await to.withTransferLock(waiting: 10) { try await load(makesFile, events) }
            }
        }
    }

    private func load(
        _ makesFile: Bool, _ events: @escaping @Sendable (TransferEvent) -> Void
    ) async throws -> TransferReport {
        var (report, remarks) = try await SourceRetry.whenChanged(from, { events(.startedAgain($0)) }) {
            try await withEngine(writingTo: to, makesFile: makesFile, events) { try await $0.run() }
        }
        report.remarks += remarks
        return report
    }

    /// Returns the transfer from this source that was completed in this target; `nil` if there is none, or if an unfinished one
    /// can be resumed.
    ///
    /// - Throws: `TransferError.planChanged` if it was completed with options that give another result, and `DatabaseError`.
    public func finished() async throws -> FinishedTransfer? {
        guard !to.isMissing else { return nil }
        let (url, options) = (from.url, options)
        return try await Database.withConnections(from, to) { reading, writing in
            let records = TransferRecords(writing)
            guard try records.unfinished() == nil, let record = try records.finished() else { return nil }
            let isSame = try reading.sharedSnapshot { _ in try reading.sourceFingerprint() == record.fingerprint }
            guard isSame || record.isOf(url) else { return nil }
            let changes = options.changesOfResult(since: record.plan)
            guard changes.isEmpty else { throw TransferError.planChanged(record, changes) }
            return FinishedTransfer(record: record, isOfThisMoment: isSame)
        }
    }

    /// Whether to keep a file that was created for this transfer. A file in which the transfer left nothing is removed.
    @Sendable private static func isWorthKeeping(_ result: Result<TransferReport, any Error>) -> Bool {
        switch result {
        case .success(let report): return report.verdict == .verified
        case .failure(TransferError.interrupted), .failure(TransferError.madeObjectsGone): return true
        case .failure(let error): return OthersAtWork.isReason(of: error)
        }
    }

    /// Runs `body` with an engine. `other` is the target, or a stand-in for a target that does not exist yet; a stand-in is
    /// never queried.
    private func withEngine<T: Sendable>(
        writingTo other: Database, makesFile: Bool = false, _ events: @escaping @Sendable (TransferEvent) -> Void,
        _ body: @Sendable (TransferEngine) async throws -> T
    ) async throws -> T {
        let (source, target) = (from.transferDialect, to.transferDialect)
        let count = target.takesManyWriters ? max(1, options.jobs) : 1
        let streams = try await TransferStreams.open(count, from: from, to: other)
        if streams.count < count { events(.fewerStreams(streams.count, of: count)) }
        do {
            let engine = TransferEngine(
                streams: streams, source: source, target: target, options: options,
                sourceURL: from.url, events: events, makesFile: makesFile)
            let result = try await body(engine)
            await streams.close()
            return result
        } catch {
            let cause = await streams.cause(of: error)
            await streams.close()
            throw cause
        }
    }
}

extension Database {
    /// Throws if the two are one database, which can't be copied into itself.
    func requireOther(than other: Database) throws(TransferError) {
        guard !isSame(as: other) else { throw .oneDatabase }
    }
}
