import Dialects

/// Which tables to take, how to load them, and what to compare.
public struct TransferOptions: Sendable {
    /// The tables to take, as the source calls them; all when `nil`.
    public var tables: [String]?
    /// The tables to leave behind, as the source calls them.
    public var exclude: [String]
    /// What is compared before the target is marked complete.
    public var verification: Verification
    /// What is done otherwise than a transfer would do it by itself.
    public var rules: TransferRules

    /// How many streams read and write at once. SQLite targets get one.
    public var jobs: Int
    /// The size of a chunk in bytes. Small chunks lose little by an interruption, and let streams end at about the same time.
    public var chunkBytes: Int
    /// Whether to go on with an interrupted run.
    public var resumes: Bool

    /// All tables, in two streams, compared by digests, unless told otherwise. `chunkBytes` is in bytes.
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

    /// What is compared at the end.
    public enum Verification: String, Sendable, CaseIterable {
        /// How many rows each table has on either side.
        case count
        /// The number of rows, and a 128-bit digest of all values: of those that were read, and of those that the target gives
        /// back.
        case digest
        /// As `digest`; and where digests differ, the rows that differ, by key and column.
        case full
    }

    func takes(_ table: String) -> Bool { (tables?.contains(table) ?? true) && !exclude.contains(table) }
}

/// A transfer that came to its end in an earlier run.
public struct FinishedTransfer: Sendable {
    /// What the target recorded of it.
    public var record: TransferRecord
    /// Whether the source is certainly unchanged since then.
    public var isOfThisMoment: Bool
}

/// Copies a whole database into an empty one of the same or another kind, and proves that no row and no value was lost.
///
///     let report = try await DatabaseTransfer(from: sqlite, to: postgresql).run { event in … }
///
/// The source is only read, in one snapshot. What goes wrong with the data leaves the target as empty as it was; an interruption
/// leaves it marked as unfinished, to be resumed or abandoned.
public struct DatabaseTransfer: Sendable {
    private let from: Database
    private let to: Database
    private let options: TransferOptions

    /// A transfer from one database into another. Nothing is opened yet.
    public init(from: Database, to: Database, options: TransferOptions = TransferOptions()) {
        self.from = from
        self.to = to
        self.options = options
    }

    /// Tells what `run` would do, and changes nothing.
    ///
    /// - Throws: ``TransferError`` where `run` would refuse, and `DatabaseError`.
    public func plan(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> TransferPlan {
        try requireTwo()
        // A file that is still to be made holds nothing, and is not made for a plan.
        let isMade = !to.isMissing
        var (plan, remarks) = try await TransferEngine.stoppable {
            try await SourceRetry.whenChanged({ events(.startedAgain($0)) }) {
                try await withEngine(writingTo: isMade ? to : from, events) { engine in
                    if isMade { try await engine.requireFree() }
                    return try await engine.plan().plan
                }
            }
        }
        plan.remarks += remarks
        return plan
    }

    /// Copies the database, and tells `events` on the way. A report whose verdict is `mismatch` has changed nothing.
    ///
    /// - Throws: ``TransferError`` and `DatabaseError`. The target is then as it was, but for `TransferError.interrupted`.
    public func run(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> TransferReport {
        try requireTwo()
        return try await TransferEngine.stoppable {
            try await to.withNewFile(keptIf: Self.isWorthKeeping) {
                try await to.withLock(.schemaChange, waiting: 10) { try await load(events) }
            }
        }
    }

    private func load(_ events: @escaping @Sendable (TransferEvent) -> Void) async throws -> TransferReport {
        var (report, remarks) = try await SourceRetry.whenChanged({ events(.startedAgain($0)) }) {
            try await withEngine(writingTo: to, events) { try await $0.run() }
        }
        report.remarks += remarks
        return report
    }

    /// Finds the transfer from this source that was completed in this target; `nil` where there is none, or an unfinished one to
    /// go on with.
    ///
    /// - Throws: `DatabaseError`.
    public func finished() async throws -> FinishedTransfer? {
        guard !to.isMissing else { return nil }
        let name = from.url.description
        return try await Database.withConnections(from, to) { reading, writing in
            let records = TransferRecords(writing)
            guard try records.unfinished() == nil, let record = try records.finished() else { return nil }
            let isSame = try reading.sharedSnapshot { _ in try reading.sourceFingerprint() == record.fingerprint }
            return isSame || record.source == name ? FinishedTransfer(record: record, isOfThisMoment: isSame) : nil
        }
    }

    /// A file that was made for a transfer which left nothing in it goes away again.
    @Sendable private static func isWorthKeeping(_ result: Result<TransferReport, any Error>) -> Bool {
        switch result {
        case .success(let report): return report.verdict == .verified
        case .failure(let error):
            guard case TransferError.interrupted = error else { return OthersAtWork.isReason(of: error) }
            return true
        }
    }

    private func requireTwo() throws(TransferError) {
        guard !from.isSame(as: to) else { throw .oneDatabase }
    }

    /// Removes what an interrupted run made in a target, and only that; returns its record.
    ///
    /// - Throws: `TransferError.nothingToAbandon`, and `DatabaseError`.
    public static func abandon(in target: Database) async throws -> TransferRecord {
        try await TransferEngine.stoppable {
            try await target.withConnection { connection in
                try connection.withLock(.schemaChange, waiting: 10) {
                    guard let record = try TransferRecords(connection).unfinished() else {
                        throw TransferError.nothingToAbandon
                    }
                    try TransferRecords(connection).abandon(record)
                    return record
                }
            }
        }
    }

    /// `other` is the target, or stands in for one that does not exist yet and is not asked.
    private func withEngine<T: Sendable>(
        writingTo other: Database, _ events: @escaping @Sendable (TransferEvent) -> Void,
        _ body: @Sendable (TransferEngine) async throws -> T
    ) async throws -> T {
        let (source, target) = (from.transferDialect, to.transferDialect)
        let count = target.takesManyWriters ? max(1, options.jobs) : 1
        let streams = try await TransferStreams.open(count, from: from, to: other)
        do {
            let engine = TransferEngine(
                streams: streams, source: source, target: target, options: options,
                sourceName: from.url.description, events: events)
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
