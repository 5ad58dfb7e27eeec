import Dialects
import Migrator
import TCImport
import TCRuntime
import TCSettings

/// Undoes a move, and nothing else. Each step checks the present state, so that an interrupted rollback can be run again.
package struct SystemRollback: Sendable {
    private let installation: Installation
    private let history: History

    package init(_ installation: Installation, _ history: History) {
        (self.installation, self.history) = (installation, history)
    }

    private var root: RootFolder { installation.root }
    private var folder: MoveFolder { MoveFolder(installation: installation) }
    private var service: ServiceCommands { ServiceCommands(installation.layout) }

    /// A description of what a run would do.
    package struct Plan: Sendable {
        package var manifest: MoveManifest
        package var steps: [String]
        /// Sentences about the data that has been created since the move and would be lost.
        package var losses: [String]
        /// The files that have been changed since the move, which stay.
        package var changed: [String]
    }

    // MARK: - Looking

    /// Returns the plan; `nil` if nothing was brought over.
    ///
    /// - Throws: `MachineError`, `SettingsError` and `DatabaseError`.
    package func plan() async throws -> Plan? {
        guard let manifest = try folder.manifest() else { return nil }
        var plan = Plan(manifest: manifest, steps: [], losses: [], changed: [])
        plan.steps.append(databaseStep(manifest))
        plan.losses = try await losses(manifest)
        for file in manifest.files {
            switch try state(of: file) {
            case .original: continue
            case .changed: plan.changed.append(file.path)
            case .ours, .lost:
                plan.steps.append(file.before == nil ? "remove \(file.path)" : "restore \(file.path)")
            }
        }
        plan.steps += manifest.folders.reversed().map { "remove \($0)/ if nothing else is in it" }
        plan.steps += manifest.units.names.map { "enable \($0) again" }
        return plan
    }

    /// Removes what a run leaves that ended before it had written its manifest: copies of data, and of files that it has not
    /// replaced.
    ///
    /// - Throws: `MachineError`.
    package func clear() throws(MachineError) {
        try installation.removeWorkingCopies(madeBy: try installation.look().account?.uid)
        try folder.remove()
    }

    private enum FileState {
        /// The file is as the move has made it.
        case ours
        /// The file is as it was before the move: an interrupted run has not reached it.
        case original
        /// The file has been changed since the move.
        case changed
        /// The file has been removed since the move, and there was one before the move.
        case lost
    }

    private func state(of file: MoveManifest.File) throws(MachineError) -> FileState {
        switch try root.look(file.path, .digest).kind {
        case .nothing, .unreachable: return file.before == nil ? .original : .lost
        case .file(let digest, _):
            if digest == file.digest { return .ours }
            guard let before = file.before else { return .changed }
            return digest == FileBytes.digest(try root.bytes(of: "\(folder.path)/\(before)")) ? .original : .changed
        case .folder, .link, .other: return .changed
        }
    }

    private func databaseStep(_ manifest: MoveManifest) -> String {
        switch manifest.database {
        case .missing: "remove the database \(manifest.target)"
        case .empty: "empty the database \(manifest.target)"
        case .migrated: "remove the transferred rows from \(manifest.target)"
        }
    }

    private func losses(_ manifest: MoveManifest) async throws -> [String] {
        guard !manifest.rows.isEmpty else { return [] }
        let (target, removal, account) = try await removal(manifest)
        let now = try await removal.counts()
        let lost = Self.lost(manifest).sorted()
        let isNoted = manifest.sessions != nil && lost.contains("sessions") && now["sessions"] != nil
        let areUsed = isNoted ? try await SessionsDigest.of(target, as: account) != manifest.sessions : false
        var newer = 0
        if manifest.state == .undoing, now["sessions"] != nil, let since = Self.undoingSince(manifest) {
            newer = try await SessionsSince.count(since, in: target, as: account)
        }
        await target.close()
        return lost.compactMap { name in
            let (before, after) = (manifest.rows[name] ?? 0, now[name] ?? 0)
            if manifest.state == .undoing && after < before {
                guard name == "sessions" && newer > 0 else { return nil }
                return "sessions: \(newer) of the \(after) were made or used since an earlier rollback began"
            }
            if before != after { return "\(name): \(before) rows were transferred, and now there are \(after)" }
            guard name == "sessions" && areUsed else { return nil }
            return "sessions: as many rows as were transferred, but some were used or replaced since"
        }
    }

    /// Returns when the removal of the data began: after a removal that failed, people may have used the database. The manifest of an
    /// earlier version tells only when the move began.
    private static func undoingSince(_ manifest: MoveManifest) -> Timestamp? {
        Timestamp(parsing: manifest.undoingSince ?? manifest.beganAt)
    }

    /// Returns the tables whose rows a rollback loses. They are those that were filled and, if the whole database goes, also those
    /// in which people leave their own, even if nothing was transferred into them.
    private static func lost(_ manifest: MoveManifest) -> Set<String> {
        let filled = Set(manifest.rows.keys)
        switch manifest.database {
        case .missing, .empty: return filled.union(["sessions", "audit_log"])
        case .migrated: return filled
        }
    }

    private func removal(
        _ manifest: MoveManifest
    ) async throws -> (target: Database, removal: ImportRemoval, account: ActingAccount?) {
        // The manifest has no passwords: a URL that had one is that of the settings.
        let noted = try DatabaseURL(parsing: manifest.target)
        let url = noted.hasPassword ? try settings().settings.database : noted
        let access = await FillingAccess(to: url, installation, try installation.look())
        let target = try Database(access.url, options: options)
        return (target, ImportRemoval(target, history, as: access.account), access.account)
    }

    private var options: ConnectionOptions { ConnectionOptions(access: .readWrite, isOwned: true, isDurable: true) }

    private func settings() throws -> LoadedSettings {
        try LoadedSettings.load(installation.settingsContext, for: .daemon)
    }

    // MARK: - Doing

    /// Carries out the rollback, and returns sentences about what it could not undo.
    ///
    /// - Throws: The errors of `plan`.
    package func run(_ plan: Plan) async throws -> [String] {
        var manifest = plan.manifest
        let machine = try installation.look()
        if machine.services.isManaged { for words in service.stop { try SystemCommand.require(words) } }
        try await removeData(&manifest)
        try installation.removeWorkingCopies(madeBy: machine.account?.uid)
        let kept = try keepOriginals(of: manifest.files)
        for file in manifest.files {
            try root.removeLeftover(of: file.path)
            switch try state(of: file) {
            case .ours, .lost: try undo(file)
            case .original, .changed: continue
            }
        }
        for path in manifest.folders.reversed() {
            guard case .folder(let names) = try root.look(path, .names).kind, names.isEmpty else { continue }
            try root.removeFolder(path)
        }
        let advice = try restoreServices(manifest, machine) + recordings()
        try folder.remove()
        return plan.changed.map { "\($0) has changed since, and stays" } + kept + advice
    }

    /// Names the recordings of the sessions that people have started since.
    private func recordings() throws(MachineError) -> [String] {
        let path = TranscriptStore.folder(in: installation.layout.folders.state)
        guard case .folder(let names) = try root.look(path, .names).kind, !names.isEmpty else { return [] }
        return ["the recordings of sessions in \(path) stay"]
    }

    private func removeData(_ manifest: inout MoveManifest) async throws {
        let (target, removal, account) = try await removal(manifest)
        try await SystemMove.requireNoDaemon(target, account)
        manifest.state = .undoing
        manifest.undoingSince = manifest.undoingSince ?? Timestamp.now.text
        try folder.write(manifest)
        switch manifest.database {
        case .missing: try await removal.run(.file)
        // An interrupted run may have undone every migration, and left the ledger.
        case .empty: if !target.isMissing { try await removal.run(.schema) }
        case .migrated: try await removal.run(.rows(Array(manifest.rows.keys)))
        }
        await target.close()
        (manifest.rows, manifest.sessions) = ([:], nil)
        try folder.write(manifest)
    }

    /// Keeps the replaced originals of files that have been changed since the move.
    private func keepOriginals(of files: [MoveManifest.File]) throws(MachineError) -> [String] {
        var kept: [String] = []
        for file in files {
            guard let before = file.before, try state(of: file) == .changed else { continue }
            let (path, found) = ("\(file.path).before-migration", try root.look(file.path))
            try root.write(
                path, try root.bytes(of: "\(folder.path)/\(before)"), uid: found.uid, gid: found.gid, mode: found.mode,
                isNew: try root.look(path).kind == .nothing)
            kept.append("its earlier contents are in \(path)")
        }
        return kept
    }

    private func undo(_ file: MoveManifest.File) throws(MachineError) {
        guard let before = file.before else { return try root.remove(file.path) }
        let found = try root.look(file.path)
        let bytes = try root.bytes(of: "\(folder.path)/\(before)")
        guard found.kind == .nothing else {
            return try root.write(file.path, bytes, uid: found.uid, gid: found.gid, mode: found.mode, isNew: false)
        }
        let mode = installation.layout.entries.first { $0.path == file.path }?.mode
        try root.write(file.path, bytes, uid: 0, gid: 0, mode: mode ?? 0o600, isNew: true)
    }

    /// Starts the old daemon as it was. In that case the new one is not started, so that two daemons never answer for the same
    /// bot.
    private func restoreServices(_ manifest: MoveManifest, _ machine: FoundMachine) throws(MachineError) -> [String] {
        for link in manifest.units.links where try root.look(link.path).kind == .nothing {
            try root.link(link.path, to: link.target)
        }
        guard machine.services.isManaged else { return [] }
        guard !manifest.units.isNone else {
            if manifest.wasRunning { for words in service.start { try SystemCommand.require(words) } }
            return []
        }
        try SystemCommand.require(["systemctl", "daemon-reload"])
        if !manifest.units.active.isEmpty { try SystemCommand.require(["systemctl", "start"] + manifest.units.active) }
        return ["the new service is stopped; telec system uninstall removes it"]
    }
}
