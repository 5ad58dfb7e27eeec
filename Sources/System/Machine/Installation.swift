import Dialects
import TCPOSIX

/// An installation in a root: it examines the machine, and carries out steps there.
package struct Installation: Sendable {
    package let root: RootFolder
    package let layout: SystemLayout
    private let accounts: any Accounts

    package init(_ layout: SystemLayout, in root: RootFolder) {
        self.layout = layout
        self.root = root
        switch layout.manager {
        case .systemd: accounts = LinuxAccounts(root: root)
        case .launchd: accounts = MacAccounts()
        }
    }

    // MARK: - Looking

    /// Returns the state of the machine.
    /// - Throws: `MachineError`.
    package func look() throws(MachineError) -> FoundMachine {
        var entries = [layout.record: try root.look(layout.record, .text)]
        var record = InstallRecord()
        if case .file(_, let text?) = entries[layout.record]?.kind { record = InstallRecord(parsing: text) }
        for entry in layout.entries { entries[entry.path] = try root.look(entry.path, depth(entry.kind)) }
        for path in record.digests.keys where entries[path] == nil { entries[path] = try root.look(path, .digest) }
        let around = entries.keys.flatMap(SystemEntry.folders(above:)) + record.made
        for path in around where entries[path] == nil { entries[path] = try root.look(path, .names) }
        for path in layout.accountFiles { entries[path] = try root.look(path) }
        return FoundMachine(
            entries: entries, account: try accounts.find(layout.account),
            accountState: try accounts.state(layout.account), accountObstacle: try accounts.obstacle(layout.account),
            record: record, services: services)
    }

    private func depth(_ kind: SystemEntry.Kind) -> RootFolder.Depth {
        switch kind {
        case .folder, .link: .facts
        // The admin edits `config.yml`, so only its rights are compared, not its contents.
        case .settings: .facts
        case .file: .text
        case .program: .digest
        }
    }

    private var services: FoundMachine.Services {
        guard root.isMachine else { return .none }
        guard isManaged else { return .notManaged }
        return .managed(.init(parts: ServiceCommands(layout).isRunning.map { (try? SystemCommand.run($0))?.code == 0 }))
    }

    private var isManaged: Bool {
        switch layout.manager {
        case .systemd: access("/run/systemd/system", F_OK) == 0
        case .launchd: true
        }
    }

    // MARK: - Doing

    /// Carries out one step.
    /// - Throws: `MachineError`.
    package func run(_ step: SystemStep) throws(MachineError) {
        switch step {
        case .makeAccount(let name): try accounts.make(name)
        case .removeAccount(let name): try accounts.remove(name)
        case .makeFolder(let entry):
            let (uid, gid) = try numbers(entry)
            try root.makeFolder(entry.path, uid: uid, gid: gid, mode: entry.mode)
        case .write(let entry, let text, let was):
            let isThere = try root.look(entry.path).kind != .nothing
            try write(entry, Array(text.utf8), isNew: was == nil && !isThere)
        case .copy(let entry, let source, let digest, let isNew):
            let bytes = try FileBytes.read(source)
            guard FileBytes.digest(bytes) == digest else {
                throw MachineError(
                    .changed, "\(source) is changing at the moment", remedy: "run this again when it is built")
            }
            try write(entry, bytes, isNew: isNew)
        case .link(let entry, let target): try root.link(entry.path, to: target)
        case .change(let entry, _):
            let (uid, gid) = try numbers(entry)
            try root.setRights(entry.path, uid: uid, gid: gid, mode: entry.mode)
        case .remove(let path): try root.remove(path)
        case .removeFolder(let path): try root.removeFolder(path)
        case .removeTree(let path): try root.removeTree(path)
        case .run(let words): try SystemCommand.require(words)
        }
    }

    private func write(_ entry: SystemEntry, _ bytes: [UInt8], isNew: Bool) throws(MachineError) {
        let (uid, gid) = try numbers(entry)
        try root.write(entry.path, bytes, uid: uid, gid: gid, mode: entry.mode, isNew: isNew)
    }

    private func numbers(_ entry: SystemEntry) throws(MachineError) -> (uid: UInt32, gid: UInt32) {
        guard entry.owner == .service || entry.group == .service else { return (0, 0) }
        guard let account = try accounts.find(layout.account) else {
            throw MachineError(.noAccount, "the user \(layout.account) is missing", remedy: "run this again")
        }
        return (entry.owner == .service ? account.uid : 0, entry.group == .service ? account.gid : 0)
    }
}
