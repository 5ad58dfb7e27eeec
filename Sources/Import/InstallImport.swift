import Dialects
import Migrator
import Transfer

/// Brings the data of an existing single-user install into the schema of a history. It prepares a copy of the old database and
/// checks it; one transaction then transfers the copy into the target, which is checked again.
///
/// The originals are only read. After any error, and after an interruption by force, the target is as empty as before.
package struct InstallImport: Sendable {
    private let install: ExistingInstall
    private let target: Database
    private let history: History
    private let options: Options

    /// The options for reading the old data and filling the target.
    package struct Options: Sendable {
        package var owners: ImportOwners
        /// The zone of timestamps that name none. `nil` means UTC, as the old daemon read them.
        package var zone: LocalZone?
        /// The folder for the working copy, which no other user may read. It needs space for the old databases.
        package var workingFolder: String
        /// The account under which the target is filled; `nil` means the user who runs this process.
        package var account: ActingAccount?
        /// Whether the caller holds the old daemon's lock (``OldDaemonLock``). If not, the import takes the lock itself.
        package var isLocked = false

        package init(_ owners: ImportOwners, workingFolder: String) {
            self.owners = owners
            self.workingFolder = workingFolder
        }
    }

    package init(_ install: ExistingInstall, into target: Database, _ history: History, _ options: Options) {
        self.install = install
        self.target = target
        self.history = history
        self.options = options
    }

    /// An import that was completed earlier.
    package struct Done: Sendable, Equatable {
        package var source: String
        package var madeAt: String
        /// The digests of the data that were brought over (``SourceContent``); `nil` if a version that did not note them brought them.
        var content: String?

        private static let mark = " content="

        /// Returns a fingerprint of the source's files with the digests of their data, as the table of imports keeps it.
        static func fingerprint(_ files: String, _ content: String) -> String { files + mark + content }

        init(_ row: Row) throws {
            source = try row["source", as: String.self]
            madeAt = try row["made_at", as: String.self]
            let fingerprint = try row["fingerprint", as: String.self]
            content = fingerprint.firstRange(of: Self.mark).map { String(fingerprint[$0.upperBound...]) }
        }
    }

    /// Returns the import that the target holds already; `nil` if there is none.
    package func done() async throws -> Done? {
        try await ActingAccount.act(as: options.account) {
            guard !target.isMissing else { return nil }
            return try await target.withConnection { connection in
                guard try connection.dialect.inspect(connection).schema["imports"] != nil else { return nil }
                let rows = try connection.query(
                    "SELECT source, CAST(made_at AS TEXT) AS made_at, fingerprint FROM imports ORDER BY id")
                return try rows.first.map(Done.init)
            }
        }
    }

    /// Compares the old databases with the data that were brought over. If the target does not tell those data, nothing differs.
    package func difference(from done: Done) -> SourceContent.Difference {
        done.content.map { SourceContent(of: install).difference(from: $0) } ?? SourceContent.Difference()
    }

    /// Returns what `run` would do. It writes only the working copy, and removes it.
    package func plan(
        _ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }
    ) async throws -> ImportReport {
        try await work(events) { copy, result in
            let transfer = HistoryTransfer(from: copy, to: target, into: history, ignoring: result.homeless)
            _ = try await transfer.plan()
            return report(result, counting: nil)
        }
    }

    /// Brings all data over. `events` receives the progress of the copy of each old database, and then of the transfer.
    ///
    /// - Throws: ``ImportError``, `TransferError`, `SchemaTransferError`, `MigratorError` and `DatabaseError`.
    package func run(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> ImportReport {
        try await work(events) { copy, result in
            try await completeMigrations(Set(result.counts.keys))
            var transfer = HistoryTransfer(from: copy, to: target, into: history, ignoring: result.homeless)
            transfer.remedyForRefusedRows = "change such rows in the old install's database"
            let transferred = try await transfer.run(events)
            let report = report(result, counting: transferred)
            guard transferred.verdict == .verified, report.isComplete else {
                throw ImportError(
                    "not_equal",
                    "the target does not return what was written to it: the row counts of a table do not add up",
                    remedy: "check the target's disk and server; the originals are unchanged")
            }
            return report
        }
    }

    /// Completes the migrations of a target. A run that lost its server leaves a target in which only the first migrations are
    /// applied and the tables to be filled are empty. Its migrations are continued.
    private func completeMigrations(_ filled: Set<String>) async throws {
        guard !target.isMissing else { return }
        let migrator = Migrator(history: history, database: target)
        guard case .behind(let ids) = try await migrator.status().position, ids.count < history.migrations.count,
            try await ImportRemoval(target, history, as: nil).counts().allSatisfy({ name, rows in
                rows == 0 || !filled.contains(name)
            })
        else { return }
        try await migrator.up()
    }

    private func work(
        _ events: @escaping @Sendable (TransferEvent) -> Void,
        _ body: (Database, Preparation.Result) async throws -> ImportReport
    ) async throws -> ImportReport {
        let start = ContinuousClock.now
        let lock = try options.isLocked ? nil : OldDaemonLock(of: install)
        defer { withExtendedLifetime(lock) {} }
        let (stamp, content) = (SourceStamp(of: install), SourceContent(of: install).text)
        let working = try WorkingCopy(in: options.workingFolder)
        let made = try await working.copy(install, events)
        let preparation = Preparation(
            schema: history.schema, target: target.transferDialect, owners: options.owners, zone: options.zone)
        let (source, fingerprint) = (install.database, Done.fingerprint(made.fingerprint, content))
        let result = try await made.database.withConnection {
            try preparation.run(on: $0, source: source, fingerprint: fingerprint)
        }
        guard SourceStamp(of: install) == stamp else {
            throw ImportError(
                "written_meanwhile", "\(install.database) was opened or written to during the copy",
                remedy: "stop its writers (the agents' hooks, the old telec), and run this again")
        }
        if let account = options.account { try working.give(to: account) }
        var report = try await ActingAccount.act(as: options.account) { try await body(made.database, result) }
        await made.database.close()
        report.remarks += install.absences + made.remarks
        if SourceStamp(of: install) != stamp {
            let difference = SourceContent(of: install).difference(from: content)
            report.writtenSince = difference.changed
            report.remarks += difference.incomparable.map {
                "\($0) was opened or written to after it was copied, and its data can't be compared"
            }
        }
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
            install: install, owner: options.owners.standard, lines: lines, notes: result.notes,
            remarks: result.remarks + orphans, shares: result.shares, revokedTokens: result.revokedTokens, seconds: 0)
    }
}

extension ContinuousClock.Instant {
    fileprivate func seconds(since start: Self) -> Double { (self - start) / .seconds(1) }
}
