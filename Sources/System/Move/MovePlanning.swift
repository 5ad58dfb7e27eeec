import Dialects
import TCImport
import TCRuntime
import TCSettings

/// Determines what a move does. It changes nothing, and removes its working copy of the data.
struct MovePlanning {
    let installation: Installation
    let request: MoveRequest
    let context: ProcessContext
    let account: ServiceAccount
    let machine: FoundMachine
    /// The manifest of an interrupted run.
    let begun: MoveManifest?

    private var root: RootFolder { installation.root }
    private var layout: SystemLayout { installation.layout }
    private var folder: MoveFolder { MoveFolder(installation: installation) }
    private var shared: String { "\(layout.folders.shared)/docs" }
    private var settings: String { "\(layout.folders.settings)/config.yml" }

    func plan(managed isManaged: Bool) async throws -> MovePlan {
        let old = try OldInstall.find(in: context.absolute(request.from), context)
        let (split, remark) = try split(old)
        let target = try target(split)
        let filling = await FillingAccess(to: target, installation, machine)
        // The place of the working copy, which is also the place of a SQLite target.
        let place = filling.account?.temporaryFolder ?? installation.realPath(layout.folders.state)
        try MoveSpace.require(for: old, in: place, isFile: target.filePath != nil)
        let people = MovePeople(people: split.people, homeAccount: homeAccount(old), account: Account.named)
        let owners = try people.owners(named: request.owner, byEmail: request.byEmail)
        var documents = try DocumentTree(in: old.home, of: old.uid)
        let (references, index) = try read(&documents, old)
        var plan = MovePlan(
            old: old, split: split, owners: owners, target: target,
            filling: filling, documents: documents, shared: shared,
            references: references,
            transcripts: try await TranscriptPaths(
                of: old.data, temporaryFolder: installation.realPath(layout.folders.state),
                reader: installation.account(machine)),
            units: try OldUnits(in: root, isManaged: isManaged),
            missingFeatures: MissingFeatures.sentences(sections: split.sections), folders: [], files: [],
            remarks: [remark].compactMap { $0 } + split.remarks.map(\.description))
        try addSettings(to: &plan)
        try addDocuments(index, to: &plan)
        try MovePlaces.requireWritable(for: plan, in: installation)
        return plan
    }

    // MARK: - Settings

    private func split(_ old: OldInstall) throws -> (SettingsSplit, remark: String?) {
        var additions = SplitAdditions()
        additions.settings = try folder.original(of: settings, begun).map { .init(path: settings, text: $0) }
        additions.secrets = try folder.original(of: layout.secrets, begun).map { .init(path: layout.secrets, text: $0) }
        additions.database = request.database
        additions.accounts = request.accounts
        let first = try SettingsSplit.plan(context, old.settings, additions)
        guard let name = request.owner, let person = first.people.first(where: { $0.name == name }),
            person.osUsername == nil, let account = homeAccount(old),
            !first.people.contains(where: { $0.osUsername == account })
        else { return (first, nil) }
        additions.accounts[name] = account
        return (
            try SettingsSplit.plan(context, old.settings, additions),
            "\(name) has no account in the settings, and gets \(account), whose home it is"
        )
    }

    private func homeAccount(_ old: OldInstall) -> String? {
        old.uid == 0 ? nil : Account.of(uid: old.uid)?.name
    }

    /// Returns the database that the new settings will name.
    private func target(_ split: SettingsSplit) throws -> DatabaseURL {
        guard let named = try split.database(context) else {
            return DatabaseURL(sqlitePath: installation.realPath("\(layout.folders.state)/teleclaude.db"))
        }
        if let text = request.database, try !Database(named).isSame(as: Database(DatabaseURL(parsing: text))) {
            throw MachineError(
                .otherDatabase, "the settings name the database \(named), but --database names another one",
                remedy: "leave out --database, or change \(settings)")
        }
        return named
    }

    private func addSettings(to plan: inout MovePlan) throws {
        for file in plan.split.files {
            switch file.target {
            case .system: plan.files.append(PlannedFile(settings, mode: 0o644, text: file.text))
            case .secrets:
                let reader = layout.entries.first { $0.path == layout.secrets }?.owner == .service ? account : nil
                plan.files.append(
                    PlannedFile(
                        layout.secrets, uid: reader?.uid ?? 0, gid: reader?.gid ?? 0, mode: 0o600, text: file.text))
            case .user(let user): try addPreferences(of: user, file, to: &plan)
            case .unclaimed: keep(file, to: &plan)
            }
        }
    }

    /// Adds a person's preferences. They go to the person's own file if its place is known and free, and are kept beside the
    /// system's settings otherwise.
    private func addPreferences(of user: String, _ file: SettingsSplit.File, to plan: inout MovePlan) throws {
        guard root.isMachine, let person = plan.split.person(ofUser: user),
            let account = person.osUsername.flatMap(Account.named)
        else { return keep(file, to: &plan) }
        let folder = "\(account.home)/.teleclaude"
        let (home, own) = (try root.look(account.home), try root.look(folder))
        let path = "\(folder)/config.yml"
        let isOurs = begun?.files.contains { $0.path == path } == true
        guard case .folder = home.kind, home.uid == account.uid, isOurs || isFree(path, own, account) else {
            plan.remarks.append("\(person.name): the preferences can't be written to \(folder): they are kept")
            return keep(file, to: &plan)
        }
        let group = home.gid
        if own.kind == .nothing {
            plan.folders.append(.init(path: folder, uid: account.uid, gid: group, mode: 0o700))
        }
        plan.files.append(PlannedFile(path, uid: account.uid, gid: group, mode: 0o600, text: file.text))
    }

    private func isFree(_ path: String, _ folder: FoundEntry, _ account: Account) -> Bool {
        switch folder.kind {
        case .nothing: return true
        case .folder: return folder.uid == account.uid && (try? root.look(path).kind) == .nothing
        case .file, .link, .other, .unreachable: return false
        }
    }

    private func keep(_ file: SettingsSplit.File, to plan: inout MovePlan) {
        let path = "\(layout.folders.settings)/\(file.target.file)"
        for above in SystemEntry.folders(above: path) where above.hasPrefix("\(layout.folders.settings)/") {
            guard !plan.folders.contains(where: { $0.path == above }) else { continue }
            plan.folders.append(.init(path: above, uid: 0, gid: 0, mode: 0o700))
        }
        plan.files.append(PlannedFile(path, mode: 0o600, text: file.text))
    }

    // MARK: - Documents

    private func read(_ documents: inout DocumentTree, _ old: OldInstall) throws -> ([HomeReference], DocumentIndex) {
        var (references, index) = ([HomeReference](), DocumentIndex(shared: shared))
        let paths = Set(documents.files.map(\.path))
        let homes = Set([old.home, Account.of(uid: old.uid)?.home].compactMap { $0 }).sorted()
        for file in documents.files {
            guard let bytes = try documents.bytesIfThere(of: file) else { continue }
            index.add(bytes, at: file.path)
            references += HomeReference.all(
                in: bytes, of: file.path, homes: homes, documents: paths, shared: shared)
        }
        return (references, index)
    }

    private func addDocuments(_ index: DocumentIndex, to plan: inout MovePlan) throws {
        guard !plan.documents.files.isEmpty || !plan.documents.folders.isEmpty else { return }
        for path in [""] + plan.documents.folders {
            plan.folders.append(.init(path: shared + path, uid: 0, gid: 0, mode: 0o755))
        }
        for file in plan.documents.files { plan.files.append(PlannedFile(shared + file.path, document: file)) }
        plan.files.append(
            PlannedFile("\(layout.folders.shared)/index.yaml", mode: 0o644, text: try index.text()))
    }
}
