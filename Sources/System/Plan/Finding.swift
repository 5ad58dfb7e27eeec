/// A difference between a machine and the table.
package struct Finding: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case missing, changed, foreign
        case tooOpen = "too_open"
        case unfinished
        case notRunning = "not_running"
    }

    package var kind: Kind
    package var path: String
    package var message: String

    package init(_ kind: Kind, _ path: String, _ message: String) {
        (self.kind, self.path, self.message) = (kind, path, message)
    }

    package static func all(_ layout: SystemLayout, on machine: FoundMachine) -> [Finding] {
        let above = Set(layout.entries.flatMap { SystemEntry.folders(above: $0.path) })
            .subtracting(layout.entries.map(\.path))
        let objections =
            above.sorted().compactMap { machine[$0].objection(asFolder: $0) } + machine.closedFolders(layout)
            + [machine.recordObstacle(layout)].compactMap { $0 }
        let rights = RightsText(layout.account, machine.account)
        let findings =
            account(layout, machine) + objections.map { Finding(.foreign, $0.path, $0.message) }
            + layout.entries.flatMap { of($0, machine, rights) } + leftovers(layout, machine) + service(machine)
        return findings.isEmpty ? unfinished(layout, machine) : findings
    }

    /// Returns a finding for each step that a run would take, such as files of an earlier version or a lost record.
    private static func unfinished(_ layout: SystemLayout, _ machine: FoundMachine) -> [Finding] {
        let steps = (try? InstallPlan(layout, on: machine).steps()) ?? []
        return Set(steps.compactMap(\.path)).sorted().map {
            Finding(.unfinished, $0, "\($0) was left unfinished by an interrupted run")
        }
    }

    private static func account(_ layout: SystemLayout, _ machine: FoundMachine) -> [Finding] {
        if let obstacle = machine.accountObstacle { return [Finding(.foreign, obstacle.path, obstacle.message)] }
        guard machine.lacksAccount else { return [] }
        guard machine.account != nil else {
            return [Finding(.missing, layout.account, "the user or the group \(layout.account) is missing")]
        }
        let text = "the user and the group \(layout.account) were left unfinished by an interrupted run"
        return [Finding(.unfinished, layout.account, text)]
    }

    private static func of(_ entry: SystemEntry, _ machine: FoundMachine, _ rights: RightsText) -> [Finding] {
        let found = machine[entry.path]
        switch entry.state(on: machine) {
        case .right: return []
        case .missing: return [Finding(.missing, entry.path, "\(entry.path) is missing")]
        case .outdated: return [Finding(.changed, entry.path, "\(entry.path) belongs to another version")]
        case .obstacle(let obstacle):
            let isRecorded = machine.record.digests[entry.path] != nil
            return [Finding(isRecorded ? .changed : .foreign, entry.path, obstacle.message)]
        case .otherRights:
            let isOpen = found.mode & ~entry.mode & 0o7777 != 0
            let text = "\(entry.path) is \(rights.of(found)), and should be \(rights.of(entry))"
            return [Finding(isOpen ? .tooOpen : .changed, entry.path, text)]
        }
    }

    private static func leftovers(_ layout: SystemLayout, _ machine: FoundMachine) -> [Finding] {
        (layout.entries.map(\.path) + [layout.record] + layout.accountFiles).filter { machine[$0].hasLeftover }.map {
            Finding(.unfinished, TemporaryName.of($0), "\(TemporaryName.of($0)) was left behind by an interrupted run")
        }
    }

    private static func service(_ machine: FoundMachine) -> [Finding] {
        switch machine.services {
        case .none, .notManaged, .managed(.running): []
        case .managed(.stopped), .managed(.partial):
            [Finding(.notRunning, "", "the service or its socket does not run")]
        }
    }
}
