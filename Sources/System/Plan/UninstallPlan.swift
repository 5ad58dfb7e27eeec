import Dialects

/// The plan that removes an installation: its programs and units, and with `purge` also data, settings and account.
package struct UninstallPlan: Sendable {
    private let layout: SystemLayout
    private let machine: FoundMachine
    private let purge: Bool

    package init(_ layout: SystemLayout, on machine: FoundMachine, purge: Bool) {
        self.layout = layout
        self.machine = machine
        self.purge = purge
    }

    /// Returns the steps.
    /// - Throws: All obstacles.
    package func steps() throws(Obstacles) -> [SystemStep] {
        let obstacles = self.obstacles
        guard obstacles.isEmpty else { throw Obstacles(obstacles) }
        let service = ServiceCommands(layout)
        let isManaged = if case .managed = machine.services { true } else { false }
        var steps: [SystemStep] = machine.services.isRunning ? service.stop.map { .run($0) } : []
        let programs = self.programs
        steps += machine.leftovers(of: allPaths + layout.accountFiles) + programs
        // A run that was killed may have removed the units, and not yet told the manager.
        if isManaged && !(programs.isEmpty && machine.record.digests.isEmpty) {
            steps += service.forget.map { .run($0) }
        }
        return steps + (purge ? data(after: steps) : end(after: steps))
    }

    // MARK: - What is in the way

    private var obstacles: [Obstacle] {
        let changed = layout.entries.filter { !$0.isData }.compactMap { entry -> Obstacle? in
            guard case .obstacle(let obstacle) = entry.state(on: machine) else { return nil }
            // A file of the same name that belongs to another program stays.
            return machine.record.digests[entry.path] == nil ? nil : obstacle
        }
        let above = Set(allPaths.flatMap(SystemEntry.folders(above:))).subtracting(layout.entries.map(\.path))
        return above.sorted().compactMap { machine[$0].objection(asFolder: $0) }
            + [machine.recordObstacle(layout)].compactMap { $0 } + changed + (purge ? foreignData : [])
    }

    private var foreignData: [Obstacle] {
        layout.entries.filter { $0.isData }.compactMap { entry in
            if case .obstacle(let obstacle) = entry.state(on: machine) { obstacle } else { nil }
        }
    }

    // MARK: - Programs and units

    private var allPaths: [String] {
        Set(layout.entries.map(\.path) + machine.record.digests.keys + [layout.record]).sorted()
    }

    private var programs: [SystemStep] {
        let known = layout.entries.filter { !$0.isData && isOurs($0) }
        let folders = known.filter { $0.kind == .folder }.map(\.path)
        let files = Set(known.map(\.path)).subtracting(folders).union(machine.record.digests.keys.filter(isRecorded))
        return files.sorted().map { .remove($0) } + folders.map { .removeTree($0) }
    }

    private func isOurs(_ entry: SystemEntry) -> Bool {
        switch entry.state(on: machine) {
        case .right, .outdated, .otherRights: true
        case .missing, .obstacle: false
        }
    }

    private func isRecorded(_ path: String) -> Bool {
        guard case .file(let digest?, _) = machine[path].kind else { return false }
        return machine.record.digests[path]?.contains(digest) == true
    }

    // MARK: - Data

    /// Returns the steps that remove the data. The settings' folder follows everything that the record in it names: a run that was
    /// killed is completed by the record. Only the folders around the settings can't go before them.
    private func data(after steps: [SystemStep]) -> [SystemStep] {
        let settings = layout.folders.settings
        let trees = layout.entries.filter { $0.isData && $0.kind == .folder && isThere($0.path) }.map(\.path)
        let around = Set(SystemEntry.folders(above: settings))
        let folders = emptied(Set(steps.compactMap(\.path) + trees)).folders
        var data = trees.filter { $0 != settings }.map { SystemStep.removeTree($0) }
        data += folders.filter { !around.contains($0) }.map { SystemStep.removeFolder($0) } + account
        data += trees.filter { $0 == settings }.map { SystemStep.removeTree($0) }
        data += folders.filter { around.contains($0) }.map { SystemStep.removeFolder($0) }
        return data
    }

    /// The removal of the account, as long as a part of it is there.
    private var account: [SystemStep] {
        guard machine.record.hasMadeAccount, machine.accountState != .missing else { return [] }
        return [.removeAccount(layout.account)]
    }

    private func isThere(_ path: String) -> Bool {
        switch machine[path].kind {
        case .nothing, .unreachable: false
        case .file, .folder, .link, .other: true
        }
    }

    // MARK: - What is left

    private func end(after steps: [SystemStep]) -> [SystemStep] {
        let (folders, gone) = emptied(Set(steps.compactMap(\.path)))
        return folders.map { .removeFolder($0) } + record(without: gone)
    }

    /// Returns the folders that were created around the entries and will be empty when the entries are gone, the innermost first. `gone`
    /// has those as well that an earlier run has removed.
    private func emptied(_ gone: Set<String>) -> (folders: [String], gone: Set<String>) {
        var (gone, folders) = (gone, [String]())
        for path in machine.record.made.sorted(by: >) {
            switch machine[path].kind {
            case .folder(let names):
                guard names.allSatisfy({ gone.contains("\(path)/\($0)") }) else { continue }
                folders.append(path)
            case .nothing: break
            case .file, .link, .other, .unreachable: continue
            }
            gone.insert(path)
        }
        return (folders, gone)
    }

    private func record(without gone: Set<String>) -> [SystemStep] {
        var record = machine.record
        record.digests = [:]
        record.made.subtract(gone)
        guard record != machine.record else { return [] }
        if record.isEmpty { return [.remove(layout.record)] }
        let entry = SystemEntry(.file(record.text), layout.record, mode: 0o644, isData: true)
        return [.write(entry, text: record.text, was: machine.recordText(layout))]
    }
}
