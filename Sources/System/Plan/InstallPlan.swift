import Dialects

/// The plan that leads from a machine as it was found to one with an installation. This type neither examines a machine nor
/// changes one.
package struct InstallPlan: Sendable {
    private let layout: SystemLayout
    private let machine: FoundMachine
    private let entries: [SystemEntry]
    /// Whether nothing is started that does not run.
    private let keepsActivity: Bool

    /// `isUpgrade` says that what somebody has disabled or stopped stays so. What is not installed yet is enabled and started as
    /// by any other run.
    package init(_ layout: SystemLayout, on machine: FoundMachine, isUpgrade: Bool = false) {
        self.layout = layout
        self.machine = machine
        entries = layout.entries.filter { !(isUpgrade && machine.isDisabled($0)) }
        keepsActivity = isUpgrade && ServiceCommands(layout).files.contains(where: machine.isThere)
    }

    /// Returns the steps. `isElsewhereChanged` says that something outside of the layout has changed for which the service is
    /// restarted.
    /// - Throws: All obstacles.
    package func steps(isElsewhereChanged: Bool = false) throws(Obstacles) -> [SystemStep] {
        let obstacles = self.obstacles
        guard obstacles.isEmpty else { throw Obstacles(obstacles) }
        let rest = entries.dropFirst().flatMap(steps(for:)) + obsolete.map { .remove($0) }
        let above = SystemEntry.folders(above: layout.record)
        let first = foldersAbove.filter(above.contains).flatMap(steps(around:)) + entries.prefix(1).flatMap(steps(for:))
        let folders = foldersAbove.filter { !above.contains($0) }.flatMap(steps(around:))
        let account: [SystemStep] = machine.lacksAccount ? [.makeAccount(layout.account)] : []
        let work = folders + account + leftovers + rest
        let changes = first + records(around: work)
        return changes + commands(after: changes, isElsewhereChanged)
    }

    // MARK: - What is in the way

    package var obstacles: [Obstacle] {
        let states = entries.compactMap { entry -> Obstacle? in
            if case .obstacle(let obstacle) = entry.state(on: machine) { obstacle } else { nil }
        }
        return foldersAbove.compactMap { machine[$0].objection(asFolder: $0) } + machine.closedFolders(layout)
            + [machine.accountObstacle, recordObstacle].compactMap { $0 } + states
    }

    private var recordObstacle: Obstacle? { machine.recordObstacle(layout) }

    // MARK: - Entries

    private func steps(for entry: SystemEntry) -> [SystemStep] {
        switch entry.state(on: machine) {
        case .right, .obstacle: return []
        case .otherRights: return [.change(entry, was: machine[entry.path])]
        case .missing: return [make(entry, was: nil, isNew: true)]
        case .outdated(let text): return [make(entry, was: text, isNew: false)]
        }
    }

    private func make(_ entry: SystemEntry, was: String?, isNew: Bool) -> SystemStep {
        switch entry.kind {
        case .folder: .makeFolder(entry)
        case .file(let text), .settings(let text): .write(entry, text: text, was: was)
        case .program(let source, let digest): .copy(entry, from: source, digest: digest, isNew: isNew)
        case .link(let target): .link(entry, to: target)
        }
    }

    /// The files that an earlier version has installed and this version does not have. Files that have been changed since stay.
    private var obsolete: [String] {
        let known = Set(entries.map(\.path))
        return machine.record.digests.keys.sorted().filter { path in
            guard !known.contains(path), case .file(let digest?, _) = machine[path].kind else { return false }
            return machine.record.digests[path]?.contains(digest) == true
        }
    }

    private var leftovers: [SystemStep] {
        machine.leftovers(of: entries.map(\.path) + [layout.record] + layout.accountFiles)
    }

    // MARK: - Folders around ours

    /// All folders above the entries that are not entries themselves, the outermost first.
    private var foldersAbove: [String] {
        let own = Set(entries.map(\.path))
        var seen = Set<String>()
        return entries.flatMap { SystemEntry.folders(above: $0.path) }.filter {
            !own.contains($0) && seen.insert($0).inserted
        }
    }

    private var newFolders: [String] { foldersAbove.filter(isMissing) }

    private func steps(around path: String) -> [SystemStep] {
        let entry = SystemEntry(.folder, path, mode: 0o755)
        if isMissing(path) { return [.makeFolder(entry)] }
        return machine.isUnfinished(path) ? [.change(entry, was: machine[path])] : []
    }

    private func isMissing(_ path: String) -> Bool {
        machine[path].kind == .nothing || machine[path].kind == .unreachable
    }

    // MARK: - The record

    /// Returns the steps with the records around them. The record names each file before the file is written, with the digests
    /// from before and after. The next run thus recognizes whatever an interrupted run leaves behind.
    private func records(around work: [SystemStep]) -> [SystemStep] {
        var ahead = final
        for (path, digests) in machine.record.digests { ahead.digests[path, default: []].formUnion(digests) }
        let was = machine.recordText(layout)
        let first: [SystemStep] = work.isEmpty || ahead == machine.record ? [] : [write(ahead, was: was)]
        let before = first.isEmpty ? was : ahead.text
        return first + work + (final.text == before ? [] : [write(final, was: before)])
    }

    private var final: InstallRecord {
        var record = InstallRecord()
        record.made = machine.record.made.union(newFolders)
        record.hasMadeAccount = machine.record.hasMadeAccount || machine.account == nil
        for entry in entries {
            switch entry.kind {
            case .file(let text): record.digests[entry.path] = [SHA256.hexadecimal(of: text.utf8)]
            case .program(_, let digest): record.digests[entry.path] = [digest]
            case .folder, .settings, .link: continue
            }
        }
        return record
    }

    private func write(_ record: InstallRecord, was: String?) -> SystemStep {
        .write(
            SystemEntry(.file(record.text), layout.record, mode: 0o644, isData: true), text: record.text, was: was)
    }

    // MARK: - The service

    private func commands(after changes: [SystemStep], _ isElsewhereChanged: Bool) -> [SystemStep] {
        guard case .managed(let activity) = machine.services else { return [] }
        let service = ServiceCommands(layout)
        let paths = Set(changes.compactMap(\.path))
        let isChanged = isElsewhereChanged || !paths.isDisjoint(with: service.files)
        let commands: [[String]]
        switch activity {
        case .stopped where keepsActivity: commands = isChanged ? service.forget : []
        case .partial where keepsActivity: commands = isChanged ? service.restartOfRunning : []
        case .stopped: commands = service.start
        case .partial: commands = isChanged ? service.restart : service.start
        case .running: commands = isChanged ? service.restart : []
        }
        return commands.map { .run($0) }
    }
}

extension FoundMachine {
    /// Returns whether somebody has disabled the unit of this link: the unit is there, and the link is missing.
    fileprivate func isDisabled(_ entry: SystemEntry) -> Bool {
        guard case .link = entry.kind, let unit = entry.path.split(separator: "/").last else { return false }
        return !isThere(entry.path) && isThere("\(SystemdUnits.folder)/\(unit)")
    }

    fileprivate func isThere(_ path: String) -> Bool {
        switch self[path].kind {
        case .nothing, .unreachable: false
        case .file, .folder, .link, .other: true
        }
    }

    /// Returns the record's text, byte for byte; `nil` if there is no record.
    func recordText(_ layout: SystemLayout) -> String? {
        guard case .file(_, let text) = self[layout.record].kind else { return nil }
        return text
    }

    /// Returns an obstacle unless only root could have written the record, because files are removed by it.
    func recordObstacle(_ layout: SystemLayout) -> Obstacle? {
        let found = self[layout.record]
        switch found.kind {
        case .nothing, .unreachable: return nil
        case .file where found.uid == 0 && found.mode & 0o022 == 0: return nil
        case .file, .folder, .link, .other:
            return Obstacle(
                layout.record, "\(layout.record) is not an installation's record: only root may be able to write it",
                remedy: "check it, and move it away")
        }
    }

    /// Returns whether a run was killed that had made the folder, and had not given it its rights (`RootFolder.makeFolder`). Only the
    /// record tells such a folder from one that an admin has closed.
    fileprivate func isUnfinished(_ path: String) -> Bool {
        let found = self[path]
        guard case .folder = found.kind, found.uid == 0, found.mode & 0o777 == 0o700 else { return false }
        return record.made.contains(path)
    }

    /// Returns an obstacle for each of root's folders through which the service's account can't pass on its way to the installation, and
    /// which a run does not open itself. The right of a group may be an access list's, which can let the account pass.
    func closedFolders(_ layout: SystemLayout) -> [Obstacle] {
        let own = Set(layout.entries.map(\.path))
        let above = Set(layout.placesOfService.flatMap(SystemEntry.folders(above:))).subtracting(own)
        return above.sorted().compactMap { path in
            guard case .folder = self[path].kind, self[path].uid == 0, self[path].mode & 0o011 == 0, !isUnfinished(path)
            else { return nil }
            return Obstacle(
                path, "\(path) is closed to all but root, and the service has to pass through it",
                remedy: "let it pass with chmod go+x")
        }
    }

    func leftovers(of paths: [String]) -> [SystemStep] {
        paths.filter { self[$0].hasLeftover }.map { .remove(TemporaryName.of($0)) }
    }
}

/// The place at which a file is written before it is renamed. It is always the same, so that the remains of an interrupted run
/// are found.
package enum TemporaryName {
    /// The size in bytes of the longest name that file systems take (NAME_MAX).
    private static let longest = 255

    package static func of(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let folder = path.dropLast(name.count)
        let place = ".\(name).teleclaude-new"
        guard place.utf8.count > longest else { return "\(folder)\(place)" }
        return "\(folder).\(SHA256.hexadecimal(of: name.utf8)).teleclaude-new"
    }
}
