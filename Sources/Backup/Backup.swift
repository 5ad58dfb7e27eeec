import Dialects
import Migrator
import TCPOSIX
import TCRuntime
import Transfer

/// Copies everything that a daemon keeps into a folder while the daemon runs: first the database as it is at one moment, then the
/// recordings, so that the recordings of every session in the copy are there. The copy is compared with the original, and the
/// manifest is written last.
package struct Backup: Sendable {
    private let database: Database
    private let history: History
    private let stateFolder: String
    private let settings: [String]
    private let program: String
    private let paths: BackupPaths

    /// Creates a backup. `settings` are the paths of settings files to include.
    package init(
        of database: Database, _ history: History, stateFolder: String, settings: [String], into folder: String,
        program: String
    ) {
        self.database = database
        self.history = history
        self.stateFolder = stateFolder
        self.settings = settings
        self.program = program
        paths = BackupPaths(folder: folder)
    }

    package struct Event: Sendable {
        package enum What: Sendable {
            case database(TransferEvent)
            case recordings(done: Int)
        }
        package var what: What
    }

    /// A description of what would be copied, or was copied.
    package struct Report: Sendable {
        package var product: String
        package var tables: [Manifest.Table]
        package var recordings: Int
        package var recordingBytes: Int64
        package var settings: [String]
        package var remarks: [String]
    }

    /// Returns what `run` would do, and writes nothing.
    package func plan() async throws -> Report {
        try requireFree()
        let source = try await readSource()
        let target = try Database(DatabaseURL(sqlitePath: paths.database))
        let plan = try await source.transfer(from: database, to: target).plan()
        let found = try Recordings(folder: recordings).count()
        let settings = try readSettings()
        return Report(
            product: source.product, tables: plan.tables.map { Manifest.Table(name: $0.target, rows: $0.rows) },
            recordings: found.files, recordingBytes: found.bytes, settings: settings.map(\.name),
            remarks: source.remarks)
    }

    /// Makes the backup.
    /// - Throws: `BackupError`, and the errors of a transfer. A failed backup is removed. Only a process that was killed leaves
    ///   files, and they have no manifest.
    package func run(_ events: @escaping @Sendable (Event) -> Void = { _ in }) async throws -> Report {
        try requireFree()
        let source = try await readSource()
        let settings = try readSettings()
        let isNew = try Files.makeFolder(paths.folder)
        let sums = try begin(withFolder: isNew)
        do {
            return try await fill(source, settings, sums, events)
        } catch {
            BackupRemains(paths: paths).remove(withFolder: isNew)
            throw error
        }
    }

    /// Reads what the database is. A state folder without the recordings of its sessions is refused: its disk may not be mounted.
    private func readSource() async throws -> BackupSource {
        let source = try await BackupSource.read(database, history)
        do { try await MissingRecordings.refuse(in: stateFolder, of: database) } catch let error as RuntimeError {
            throw BackupError(
                "no_recordings", error.message, remedy: error.remedy ?? "mount or put back the folder of the recordings"
            )
        }
        return source
    }

    private var recordings: String { "\(stateFolder)/transcripts" }

    /// Checks that the folder is empty or absent. A folder with contents may be an older backup or somebody's data.
    private func requireFree() throws(BackupError) {
        guard try Files.isThere(paths.folder) else { return }
        guard try Files.isEmpty(paths.folder) else { throw notEmpty }
    }

    private var notEmpty: BackupError {
        BackupError(
            "not_empty", "\(paths.folder) exists and is not empty",
            remedy: "name a folder that does not exist yet, or an empty one")
    }

    /// Creates the list of digests. Of several backups into one folder, the one that creates it goes on. The others leave
    /// everything in the folder alone, because it belongs to that one.
    private func begin(withFolder isNew: Bool) throws(BackupError) -> Files.Handle {
        do throws(BackupError) {
            return try Files.Handle(making: paths.sums)
        } catch {
            if isNew { rmdir(paths.folder) }
            throw try Files.isThere(paths.sums) ? notEmpty : error
        }
    }

    private func fill(
        _ source: BackupSource, _ settings: [SettingsFile], _ sums: Files.Handle,
        _ events: @escaping @Sendable (Event) -> Void
    ) async throws -> Report {
        let tables = try await copyDatabase(source, sums) { events(Event(what: .database($0))) }
        let (count, bytes) = try copyRecordings(sums) { events(Event(what: .recordings(done: $0))) }
        let names = try copy(settings, sums)
        try sums.sync()
        let manifest = Manifest(
            madeAt: Timestamp.now.text, program: program, product: source.product, migrations: source.migrations,
            tables: tables, auditHead: try await auditHead(), recordings: count, recordingBytes: bytes,
            settings: names, sums: try Files.digest(of: paths.sums))
        try finish(manifest)
        return Report(
            product: source.product, tables: tables, recordings: count, recordingBytes: bytes, settings: names,
            remarks: source.remarks)
    }

    private func copyDatabase(
        _ source: BackupSource, _ sums: Files.Handle, _ events: @escaping @Sendable (TransferEvent) -> Void
    ) async throws -> [Manifest.Table] {
        let target = try Database(
            DatabaseURL(sqlitePath: paths.database), options: ConnectionOptions(access: .create))
        let report = try await source.transfer(from: database, to: target).run(events)
        await target.close()
        guard report.verdict == .verified else {
            throw BackupError(
                "copy_differs", "the copy of the database differs from it",
                remedy: "try again; check the disk")
        }
        try sums.append("\(try Files.digest(of: paths.database))  \(BackupPaths.database)\n")
        return report.tables.map { Manifest.Table(name: $0.name, rows: $0.targetRows, digest: $0.targetDigest) }
    }

    private func copyRecordings(
        _ sums: Files.Handle, _ onCount: (Int) -> Void
    ) throws -> (count: Int, bytes: Int64) {
        try Files.makeFolder(paths.recordings)
        guard try Files.isThere(recordings) else { return (0, 0) }
        let source = Recordings(folder: recordings)
        var (count, bytes) = (0, Int64(0))
        try Files.each(in: recordings) { name throws(BackupError) in
            guard !Task.isCancelled else {
                throw BackupError("interrupted", "the backup was interrupted", remedy: "run it again")
            }
            guard TranscriptStore.isRecording(name),
                let copied = try source.copy(name, to: "\(paths.recordings)/\(name)")
            else { return }
            try sums.append("\(copied.digest)  transcripts/\(name)\n")
            (count, bytes) = (count + 1, bytes + copied.bytes)
            onCount(count)
        }
        return (count, bytes)
    }

    private struct SettingsFile {
        var name: String
        var bytes: [UInt8]
    }

    /// Reads the settings files before anything is written. One that is a link was accepted when the settings were loaded: what it leads
    /// to is copied, under the name of the link.
    private func readSettings() throws(BackupError) -> [SettingsFile] {
        try settings.map { path throws(BackupError) in
            SettingsFile(name: Path.name(of: path), bytes: try Files.read(Path.withoutLinks(path)))
        }
    }

    private func copy(_ settings: [SettingsFile], _ sums: Files.Handle) throws(BackupError) -> [String] {
        guard !settings.isEmpty else { return [] }
        try Files.makeFolder(paths.settings)
        for file in settings {
            let made = try Files.Handle(making: "\(paths.settings)/\(file.name)")
            try made.append(file.bytes)
            try sums.append("\(try made.digest())  settings/\(file.name)\n")
        }
        return settings.map(\.name)
    }

    /// Returns the head of the audit log in the copy, so that it is of the same moment as the copy.
    private func auditHead() async throws -> Manifest.Head? {
        let copy = try Database(
            DatabaseURL(sqlitePath: paths.database), options: ConnectionOptions(access: .readOnly))
        let head = try await AuditLog(database: copy).head()
        await copy.close()
        return head.map { Manifest.Head(seq: $0.seq, hash: $0.hash) }
    }

    /// Writes everything to the disk, and only then the manifest that vouches for it.
    private func finish(_ manifest: Manifest) throws {
        sync()
        let draft = "\(paths.manifest).part"
        let file = try Files.Handle(making: draft)
        try file.append(try manifest.text())
        try file.sync()
        guard rename(draft, paths.manifest) == 0 else { throw Files.failure("\(paths.manifest) can't be created") }
        sync()
    }
}

/// The files that a failed backup has created. The list of digests is removed last: until then no other backup begins in the folder.
struct BackupRemains {
    let paths: BackupPaths

    func remove(withFolder isOurs: Bool) {
        for folder in [paths.recordings, paths.settings] {
            try? Files.each(in: folder) { unlink("\(folder)/\($0)") }
            rmdir(folder)
        }
        for file in [paths.manifest, "\(paths.manifest).part", paths.database] { unlink(file) }
        for ending in BackupPaths.besideDatabase { unlink(paths.database + ending) }
        unlink(paths.sums)
        if isOurs { rmdir(paths.folder) }
    }
}
