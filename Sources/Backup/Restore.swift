import Dialects
import Migrator
import TCImport
import TCPOSIX
import TCRuntime
import Transfer

/// Restores a backup into a database and a state folder that are still empty.
///
/// First every file is compared with its digest. Then the recordings are put in their place. The database is filled last, in one
/// transaction: until then nothing looks like a complete installation, and the same restore can be run again.
package struct Restore: Sendable {
    private let paths: BackupPaths
    private let database: Database
    private let history: History
    private let stateFolder: String
    private let account: ActingAccount?

    /// Creates a restore. `account` is the account whose rights root takes on to fill the database; `nil` means the process's own.
    package init(
        from folder: String, into database: Database, _ history: History, stateFolder: String,
        as account: ActingAccount? = nil
    ) {
        paths = BackupPaths(folder: folder)
        self.database = database
        self.history = history
        self.stateFolder = stateFolder
        self.account = account
    }

    package struct Report: Sendable {
        package var manifest: Manifest
        package var tables: [Manifest.Table]
        /// The settings files in the backup, which the admin has to put in place.
        package var settings: [String]
        /// The verdict on the audit log's chain; `nil` if nothing was written.
        package var audit: AuditVerdict?
        package var remarks: [String]
    }

    /// Compares every file, examines the target and judges every value, and writes nothing.
    package func plan() async throws -> Report {
        let (manifest, history) = try read()
        try await requireTold(manifest)
        _ = try await ActingAccount.act(as: account) { try await target(history).requireFree() }
        try StatePlace(folder: stateFolder).requireFree(for: Sums(path: paths.sums))
        // Last, since this reads every row.
        let source = try source
        let values = RestoreValues(schema: history.schema, target: database.transferDialect)
        try await source.withConnection { try values.requireFit($0) }
        await source.close()
        return report(manifest, manifest.tables)
    }

    /// Restores the backup.
    /// - Throws: `BackupError`, `MigratedWithoutRows`, and the errors of a migration and of a transfer. The database then holds no row of
    ///   the backup. Only `MigratedWithoutRows` leaves anything else in it.
    package func run(
        _ events: @escaping @Sendable (Backup.Event) -> Void = { _ in }
    ) async throws -> Report {
        let (manifest, history) = try read()
        try await requireTold(manifest)
        let applied = try await ActingAccount.act(as: account) { try await target(history).requireFree() }
        let place = StatePlace(folder: stateFolder)
        try place.requireFree(for: Sums(path: paths.sums))
        try place.fill(from: paths) { events(Backup.Event(what: .recordings(done: $0))) }
        let tables = try await fill(history, applied) { events(Backup.Event(what: .database($0))) }
        try giveAwayDatabase(place)
        try requireEqual(tables, manifest)
        let head = manifest.auditHead.map { AuditCheckpoint(seq: $0.seq, hash: $0.hash) }
        var report = report(manifest, tables)
        report.audit = try await ActingAccount.act(as: account) {
            try await AuditLog(database: database).verify(against: head?.seq == 0 ? nil : head)
        }
        await database.close()
        try giveAwayDatabase(place)
        return report
    }

    /// Gives the database's file to the folder's owner, where root itself has made it.
    private func giveAwayDatabase(_ place: StatePlace) throws {
        guard account == nil, let path = database.url.filePath else { return }
        try place.giveAway(path)
    }

    private func target(_ history: History) -> RestoreTarget {
        RestoreTarget(database: database, history: history, whole: self.history)
    }

    private func report(_ manifest: Manifest, _ tables: [Manifest.Table]) -> Report {
        Report(
            manifest: manifest, tables: tables, settings: manifest.settings.map { "\(paths.settings)/\($0)" },
            audit: nil, remarks: [])
    }

    // MARK: - The backup

    /// Returns the manifest, and the history up to the backup's position.
    /// - Throws: An error if a file differs from what was written.
    private func read() throws -> (Manifest, History) {
        guard access(paths.folder, X_OK) == 0 || errno != EACCES else {
            throw BackupError(
                "forbidden", "\(paths.folder) can't be read: only the account that made the backup and root may",
                remedy: "run this as root")
        }
        guard try Files.isThere(paths.manifest) else {
            throw BackupError(
                "no_backup", "\(paths.folder) holds no complete backup: there is no \(BackupPaths.manifest) in it",
                remedy: "name the folder of a backup that was completed")
        }
        let manifest = try Manifest(parsing: Files.read(paths.manifest), at: paths.manifest)
        let known = try history(of: manifest)
        guard try Files.digest(of: paths.sums) == manifest.sums else { throw damaged(paths.sums) }
        var (count, hasDatabase) = (0, false)
        try Sums(path: paths.sums).each { line in
            let path = "\(paths.folder)/\(line.path)"
            guard try Files.digest(of: path) == line.digest else { throw damaged(path) }
            if line.path.hasPrefix("transcripts/") { count += 1 }
            hasDatabase = hasDatabase || line.path == BackupPaths.database
        }
        guard hasDatabase, count == manifest.recordings else { throw damaged(paths.sums) }
        return (manifest, known)
    }

    /// Checks, before anything is written, that the rows are those that the manifest describes.
    private func requireTold(_ manifest: Manifest) async throws {
        let source = try source
        let isTold = try await source.withConnection { connection in
            try manifest.tables.allSatisfy { table in
                guard try connection.hasTable(table.name) else { return false }
                let rows = try connection.queryValue("SELECT count(*) FROM \(identifier: table.name)")
                return rows?.integer == Int64(table.rows)
            }
        }
        await source.close()
        guard isTold else { throw damaged(paths.manifest) }
    }

    private func damaged(_ path: String) -> BackupError {
        BackupError(
            "damaged", "\(path) has changed since it was written", remedy: "restore another backup; nothing was changed"
        )
    }

    /// Returns the history of the backup. A backup of an earlier version is restored at its own version, and the daemon migrates
    /// it at its start.
    private func history(of manifest: Manifest) throws -> History {
        let ids = history.migrations.map(\.id)
        guard ids.starts(with: manifest.migrations), !manifest.migrations.isEmpty else {
            throw BackupError(
                "newer",
                "\(paths.folder) was made by telec \(manifest.program), whose schema this version does not know",
                remedy: "restore it with that version")
        }
        return try History(Array(history.migrations.prefix(manifest.migrations.count)))
    }

    // MARK: - The database

    private var source: Database {
        get throws {
            try Database(DatabaseURL(sqlitePath: paths.database), options: ConnectionOptions(access: .readOnly))
        }
    }

    /// Fills a database with `applied` migrations.
    private func fill(
        _ history: History, _ applied: Int, _ events: @escaping @Sendable (TransferEvent) -> Void
    ) async throws -> [Manifest.Table] {
        let rows = try RestoreRows(of: paths, for: account)
        defer { withExtendedLifetime(rows) {} }
        return try await ActingAccount.act(as: account) {
            let target = target(history)
            do {
                return try await fill(history, replacing: try await target.prepare(applied), from: rows.path, events)
            } catch {
                throw await target.named(error, applied)
            }
        }
    }

    private func fill(
        _ history: History, replacing: Set<String>, from path: String,
        _ events: @escaping @Sendable (TransferEvent) -> Void
    ) async throws -> [Manifest.Table] {
        let source = try Database(DatabaseURL(sqlitePath: path), options: ConnectionOptions(access: .readOnly))
        var transfer = HistoryTransfer(from: source, to: database, into: history, replacing: replacing)
        transfer.remedyForRefusedRows =
            "tc-migrate drift shows what was added to the database's tables; remove that, or name an empty database"
        let report: TransferReport
        do {
            report = try await transfer.run(events)
        } catch let error as TransferError where ["misfits", "does_not_fit"].contains(error.code) {
            throw BackupError(error.code, "\(error)", remedy: RestoreValues.remedy)
        }
        await source.close()
        guard report.verdict == .verified else {
            throw BackupError(
                "not_equal", "the database does not return what was written to it",
                remedy: "check its disk and server; the database holds none of it any more")
        }
        return report.tables.map { Manifest.Table(name: $0.name, rows: $0.targetRows, digest: $0.targetDigest) }
    }

    /// Compares the tables with the manifest. The digests have shown that the target equals the source; the row counts show that
    /// it is what the manifest describes.
    private func requireEqual(_ tables: [Manifest.Table], _ manifest: Manifest) throws(BackupError) {
        let told = Dictionary(manifest.tables.map { ($0.name, $0.rows) }) { a, _ in a }
        guard let table = tables.first(where: { told[$0.name] != $0.rows }) else { return }
        throw BackupError(
            "not_equal", "\(table.name) has \(table.rows) rows, and its backup \(told[table.name] ?? 0)",
            remedy: "report this to the authors, and do not use the database")
    }
}
