import Dialects
import Migrator
import Transfer

/// Brings the data of an existing single-user install into the schema of a history: a proven copy of the old database is prepared,
/// and one transaction of the target takes it, proven again.
///
/// The originals are only read. Whatever is thrown, the target is as empty as it was; so it is after an interruption by force.
public struct InstallImport: Sendable {
    private let install: ExistingInstall
    private let target: Database
    private let history: History
    private let owner: ImportOwner
    private let folder: String

    /// `folder` is for the working copy, which nobody else may read. It needs room for the old database.
    public init(
        _ install: ExistingInstall, into target: Database, _ history: History, owner: ImportOwner,
        workingFolder folder: String
    ) {
        self.install = install
        self.target = target
        self.history = history
        self.owner = owner
        self.folder = folder
    }

    /// An import that was made before.
    public struct Done: Sendable, Equatable {
        public var source: String
        public var madeAt: String
    }

    /// The import that the target holds already; `nil` where there is none.
    public func done() async throws -> Done? {
        guard !target.isMissing else { return nil }
        return try await target.withConnection { connection in
            guard try connection.dialect.inspect(connection).schema["imports"] != nil else { return nil }
            let row = try connection.query("SELECT source, CAST(made_at AS TEXT) AS made_at FROM imports ORDER BY id")
                .first
            return try row.map {
                Done(source: try $0["source", as: String.self], madeAt: try $0["made_at", as: String.self])
            }
        }
    }

    /// Tells what `run` would do. Writes nothing but the working copy, which is removed again.
    public func plan(
        _ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }
    ) async throws -> ImportReport {
        try await work(events) { copy, result in
            let transfer = HistoryTransfer(from: copy, to: target, into: history, ignoring: result.homeless)
            _ = try await transfer.plan()
            return report(result, counting: nil)
        }
    }

    /// Brings everything over. `events` tells of the copy of each old database, and then of the transfer.
    ///
    /// - Throws: ``ImportError``, `TransferError`, `SchemaTransferError`, `MigratorError` and `DatabaseError`.
    public func run(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> ImportReport {
        try await work(events) { copy, result in
            let transfer = HistoryTransfer(from: copy, to: target, into: history, ignoring: result.homeless)
            let transferred = try await transfer.run(events)
            let report = report(result, counting: transferred)
            guard transferred.verdict == .verified, report.isComplete else {
                throw ImportError(
                    "not_equal",
                    "the target does not give back what was written to it: the books of a table do not balance",
                    remedy: "look after the target's disk and server; the originals are as they were")
            }
            return report
        }
    }

    private func work(
        _ events: @escaping @Sendable (TransferEvent) -> Void,
        _ body: (Database, Preparation.Result) async throws -> ImportReport
    ) async throws -> ImportReport {
        let start = ContinuousClock.now
        let lock = try OldDaemonLock(of: install)
        defer { withExtendedLifetime(lock) {} }
        let working = try WorkingCopy(in: folder)
        let made = try await working.copy(install, events)
        let preparation = Preparation(schema: history.schema, target: target.transferDialect, owner: owner)
        let (source, fingerprint) = (install.database, made.fingerprint)
        let result = try await made.database.withConnection {
            try preparation.run(on: $0, source: source, fingerprint: fingerprint)
        }
        var report = try await body(made.database, result)
        await made.database.close()
        report.remarks += made.remarks
        report.seconds = ContinuousClock.now.seconds(since: start)
        return report
    }

    private func report(_ result: Preparation.Result, counting transferred: TransferReport?) -> ImportReport {
        let held = Dictionary(uniqueKeysWithValues: (transferred?.tables ?? []).map { ($0.name, $0.targetRows) })
        let lines = result.counts.sorted { $0.key < $1.key }.map { table, rows in
            let aside = result.setAside[table] ?? 0
            let expected = history.schema[table] == nil ? 0 : rows - aside
            return ImportReport.Line(
                table: table, sourceRows: rows, targetRows: transferred == nil ? expected : held[table] ?? 0,
                setAside: aside)
        }
        let orphans = (transferred?.tables ?? []).flatMap { line in line.notes.map { "\(line.name): \($0)" } }
        return ImportReport(
            install: install, owner: owner, lines: lines, notes: result.notes, remarks: result.remarks + orphans,
            ownedSessions: result.ownedSessions, revokedTokens: result.revokedTokens, seconds: 0)
    }
}

extension ContinuousClock.Instant {
    fileprivate func seconds(since start: Self) -> Double { (self - start) / .seconds(1) }
}
