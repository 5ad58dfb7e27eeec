import Dialects
import FoundationEssentials
import TCImport
import TCPOSIX
import TCRuntime
import Transfer

/// A move in its order: manifest → data → files → proofs → switch. Each step leaves alone what already exists, so an interrupted
/// run is resumed by the same steps.
struct MoveRun: Sendable {
    let move: SystemMove
    let plan: MovePlan
    let machine: FoundMachine
    let target: Database
    let events: @Sendable (SystemMove.Event) -> Void

    private var installation: Installation { move.installation }
    private var root: RootFolder { installation.root }
    private var folder: MoveFolder { MoveFolder(installation: installation) }
    private var service: ServiceCommands { ServiceCommands(installation.layout) }

    func perform(_ begun: MoveManifest?) async throws -> MoveReport {
        var manifest = try await begin(begun)
        try installation.removeWorkingCopies(madeBy: plan.filling.account?.uid)
        let data = try await bringData(&manifest, isFirst: begun == nil)
        do { try makeFiles(manifest) } catch { throw error.resumable }
        let proofs = try await MoveProofs(move: move, plan: plan, target: target, manifest: manifest).all()
        var report = MoveReport(
            plan: plan, data: data, proofs: proofs, advice: advice(), wayBack: Self.wayBack(manifest, plan))
        guard report.isProven else { return report }
        do { try finish(&manifest, &report) } catch { throw error.resumable }
        return report
    }

    // MARK: - The manifest

    /// Writes the manifest of everything that will be created, and keeps the files that are replaced.
    private func begin(_ begun: MoveManifest?) async throws -> MoveManifest {
        if let begun {
            try await requireSame(begun)
            return begun
        }
        let manifest = try await newManifest(nil)
        try requireFree(manifest.files)
        try folder.makeFolder()
        for file in manifest.files {
            guard let name = file.before else { continue }
            try folder.write("\(folder.path)/\(name)", try root.bytes(of: file.path))
        }
        try folder.write(manifest)
        return manifest
    }

    /// Checks that a run that broke off was of this move.
    func requireSame(_ begun: MoveManifest) async throws {
        guard begun.isSameMove(as: try await newManifest(begun)) else {
            throw MachineError(
                .changed, "the existing install or the options have changed since the run began",
                remedy: "undo the run with telec system rollback, and start again")
        }
    }

    private func newManifest(_ begun: MoveManifest?) async throws -> MoveManifest {
        let files = try files(begun)
        let missing = try plan.folders.filter { folder throws(MachineError) in
            try root.look(folder.path).kind == .nothing
        }
        let counts = try await removal.counts()
        let filled = counts.filter { $0.value > 0 }.map(\.key).sorted()
        let found: MoveManifest.Database = target.isMissing ? .missing : counts.isEmpty ? .empty : .migrated
        return MoveManifest(
            from: plan.old.home, source: plan.old.data.database,
            beganAt: Date.now.formatted(.iso8601), target: "\(plan.target)", database: found, filled: filled,
            folders: missing.map(\.path), files: files, units: plan.units,
            wasRunning: machine.services.isRunning)
    }

    private func files(_ begun: MoveManifest?) throws(MachineError) -> [MoveManifest.File] {
        try plan.files.map { file throws(MachineError) in
            var before: String?
            if let begun {
                before = begun.files.first { $0.path == file.path }?.before
            } else if try root.look(file.path).kind != .nothing {
                before = Path.name(of: file.path)
            }
            return MoveManifest.File(path: file.path, digest: file.digest, before: before)
        }
    }

    /// Checks that a run that begins now would find the places of its files free.
    func requireFree() throws(MachineError) { try requireFree(try files(nil)) }

    /// Checks that the places are free. Only the settings files may replace an existing file, because all others belong to
    /// somebody else.
    private func requireFree(_ files: [MoveManifest.File]) throws(MachineError) {
        let settings = [installation.layout.secrets, "\(installation.layout.folders.settings)/config.yml"]
        guard let other = files.first(where: { $0.before != nil && !settings.contains($0.path) }) else { return }
        throw MachineError(
            .exists, "\(other.path) already exists", remedy: "check it, and move it away; nothing was changed")
    }

    // MARK: - Data

    private func bringData(_ manifest: inout MoveManifest, isFirst: Bool) async throws -> ImportReport? {
        let transfer = try move.dataImport(plan, target)
        do {
            if machine.services.isRunning {
                for words in service.stop { try SystemCommand.require(words) }
            }
            try await SystemMove.requireNoDaemon(target, plan.filling.account)
            if try await transfer.done() != nil {
                if manifest.rows.isEmpty { try await count(&manifest) }
                return nil
            }
            manifest.stamp = SourceStamp(of: plan.old.data).text
            manifest.content = SourceContent(of: plan.old.data).text
            try folder.write(manifest)
            let events = events
            let report = try await transfer.run { events(.data($0)) }
            try await count(&manifest)
            let state = report.isOutdated ? "copied before the old database was written to again" : "verified"
            events(.done("data: \(report.ownedSessions) sessions, \(state)"))
            return report
        } catch {
            if isFirst { try await takeBack(manifest, transfer, after: error) }
            throw error
        }
    }

    /// Undoes a run like `takeBack`. If the database can't be asked, it is unknown whether any rows have arrived, and the run is resumed
    /// or undone later.
    private func takeBack(_ manifest: MoveManifest, _ transfer: InstallImport, after cause: any Error) async throws {
        do {
            try await takeBack(manifest, transfer)
        } catch {
            let start = service.start.map { $0.joined(separator: " ") }.joined(separator: " && ")
            // Without the manifest there is nothing left to go on with, or to undo.
            let isBegun = (try? folder.manifest()) != nil
            throw NotTakenBack(
                cause: cause, failure: error,
                remedy: "correct that and "
                    + (isBegun
                        ? "continue with --resume, or undo the run with telec system rollback" : "run this again")
                    + (manifest.wasRunning ? "; the service may be stopped: \(start)" : ""))
        }
    }

    /// Undoes a run that has brought no rows over, so that the machine is as it was before.
    private func takeBack(_ manifest: MoveManifest, _ transfer: InstallImport) async throws {
        guard try await transfer.done() == nil else { return }
        if manifest.database == .missing { try await removal.run(.file) }
        try folder.remove()
        if manifest.wasRunning { for words in service.start { try SystemCommand.require(words) } }
    }

    private var removal: ImportRemoval { ImportRemoval(target, move.history, as: plan.filling.account) }

    private func count(_ manifest: inout MoveManifest) async throws {
        let filled = manifest.filled
        manifest.rows = try await removal.counts().filter { $0.value > 0 && !filled.contains($0.key) }
        manifest.sessions = try await SessionsDigest.of(target, as: plan.filling.account)
        try folder.write(manifest)
    }

    // MARK: - Files

    private func makeFiles(_ manifest: MoveManifest) throws(MachineError) {
        // A run that was killed may have left a folder of its own without its final rights, which makeFolder sets again.
        for folder in plan.folders where manifest.folders.contains(folder.path) {
            try root.makeFolder(folder.path, uid: folder.uid, gid: folder.gid, mode: folder.mode)
        }
        for file in plan.files { try root.removeLeftover(of: file.path) }
        for file in plan.files where try !isWritten(file) {
            let replaces = manifest.files.first { $0.path == file.path }?.before != nil
            try root.write(
                file.path, try bytes(of: file), uid: file.uid, gid: file.gid, mode: file.mode, isNew: !replaces)
        }
        events(.done("files: \(plan.files.count)"))
    }

    private func isWritten(_ file: PlannedFile) throws(MachineError) -> Bool {
        guard case .file(let digest, _) = try root.look(file.path, .digest).kind else { return false }
        return digest == file.digest
    }

    /// Returns what is left of a run that broke off, for people.
    func left(hasData: Bool) throws(MachineError) -> String {
        var missing = 0
        for file in plan.files where try !isWritten(file) { missing += 1 }
        let data = hasData ? "the data are there" : "the data have to be transferred"
        return "an earlier run broke off: \(data), \(missing) of \(plan.files.count) files have to be written"
    }

    private func bytes(of file: PlannedFile) throws(MachineError) -> [UInt8] {
        let bytes: [UInt8]
        switch file.content {
        case .text(let text): bytes = Array(text.utf8)
        case .document(let document): bytes = try plan.documents.bytes(of: document)
        }
        guard FileBytes.digest(bytes) == file.digest else {
            throw MachineError(
                .changed, "\(file.path) is changing at the moment",
                remedy: "stop the programs that write to it, and continue with --resume")
        }
        return bytes
    }

    // MARK: - The switch

    /// Stops and disables the old service before the new one is started, so that two services never answer for the same bot.
    private func switchOver(_ manifest: MoveManifest) throws(MachineError) -> [String] {
        let units = plan.units
        if machine.services.isManaged {
            if !units.active.isEmpty { try SystemCommand.require(["systemctl", "stop"] + units.names) }
            for link in units.links { try root.remove(link.path) }
            for words in service.start { try SystemCommand.require(words) }
            events(.done(units.isNone ? "service: started" : "service: the old one is disabled, the new one started"))
            return []
        }
        for link in units.links { try root.remove(link.path) }
        if !units.isNone { events(.done("service: the old units are disabled")) }
        return ["start the service: \(service.start.map { $0.joined(separator: " ") }.joined(separator: " && "))"]
    }

    private func finish(_ manifest: inout MoveManifest, _ report: inout MoveReport) throws(MachineError) {
        report.advice += try switchOver(manifest)
        try folder.write(folder.wayBackPath, Array((report.wayBack.joined(separator: "\n") + "\n").utf8))
        manifest.state = .done
        try folder.write(manifest)
    }

    // MARK: - Words

    private func advice() -> [String] {
        var advice: [String] = []
        if plan.transcripts.unreadable > 0 {
            advice.append(
                "\(plan.transcripts.unreadable) transcripts of agents can't be read by the service's user: they stay in "
                    + "place, and only their owner can read them")
        }
        let kept = plan.files.filter { $0.path.contains("/users/") || $0.path.contains("/unclaimed/") }
        advice += kept.map { "give \($0.path) to its person, as ~/.teleclaude/config.yml" }
        return advice
    }

    private static func wayBack(_ manifest: MoveManifest, _ plan: MovePlan) -> [String] {
        ["To undo this: telec system rollback", "It removes what this migration has made, and nothing else:"]
            + [
                "- database: \(manifest.target)",
                "- files: \(manifest.files.count), including settings, which are restored",
                manifest.units.isNone
                    ? "The old daemon starts on its checkout, \(plan.old.checkout), which is unchanged."
                    : "- the old units \(manifest.units.names.joined(separator: ", ")) are enabled again",
            ]
    }
}

extension MachineError {
    /// The error, with the remedy that applies once the data is there: the run is resumed or taken back, because it can't be
    /// begun anew.
    fileprivate var resumable: MachineError {
        MachineError(
            code, message,
            remedy: code == .changed
                ? remedy
                : "correct that and continue with --resume, or undo the run with telec system rollback")
    }
}
