import Dialects
import Migrator
import TCImport
import TCPOSIX
import TCRuntime
import TCSettings
import Transfer

/// Moves an existing single-user install into the system-wide installation: data, owners, settings and documents. The results are
/// checked, and the move can be taken back. The originals are only read.
package struct SystemMove: Sendable {
    let installation: Installation
    let request: MoveRequest
    let history: History
    let context: ProcessContext

    package init(
        _ request: MoveRequest, into installation: Installation, _ history: History, _ context: ProcessContext
    ) {
        self.request = request
        self.installation = installation
        self.history = history
        self.context = context
    }

    /// An event that a run reports while it works.
    package enum Event: Sendable {
        case planned(MovePlan)
        case data(TransferEvent)
        /// A part is complete; the text describes it.
        case done(String)
    }

    /// What a run would do.
    package enum Forecast: Sendable {
        case already(MoveManifest)
        case planned(MovePlan)
    }

    package enum Outcome: Sendable {
        case already(MoveManifest)
        case moved(MoveReport)
    }

    private var folder: MoveFolder { MoveFolder(installation: installation) }
    private var root: RootFolder { installation.root }

    // MARK: - Telling

    /// Returns what a run would do, or the rest of one that was interrupted if `resumes` is true. It changes nothing, and removes its
    /// working copy.
    ///
    /// - Throws: Every error with which a run would refuse: `MachineError`, `ImportError`, `SettingsError`,
    ///   `SchemaTransferError`, `TransferError` and `DatabaseError`.
    package func plan(resumes: Bool, _ events: @escaping @Sendable (Event) -> Void) async throws -> Forecast {
        let begun = try earlier(resumes: resumes)
        let machine = try requireInstallation(begun)
        if let begun, begun.state == .done { return .already(try requireSame(begun)) }
        var plan = try await planning(machine, begun).plan(managed: machine.services.isManaged)
        let lock = try OldDaemonLock(of: plan.old.data)
        defer { withExtendedLifetime(lock) {} }
        let target = try open(plan, .readOnly)
        try await requireTarget(plan, target, begun, machine)
        let transfer = try dataImport(plan, target)
        let hasData = try await transfer.done() != nil
        let run = MoveRun(move: self, plan: plan, machine: machine, target: target, events: events)
        if let begun {
            try await run.requireSame(begun)
            plan.remarks.append(try run.left(hasData: hasData))
        } else {
            try run.requireFree()
        }
        if !hasData { plan.data = try await transfer.plan { events(.data($0)) } }
        await target.close()
        return .planned(plan)
    }

    /// Returns the manifest of an earlier run that is complete, or that this one resumes.
    private func earlier(resumes: Bool) throws(MachineError) -> MoveManifest? {
        let begun = try folder.manifest()
        try Self.requireNoRollback(begun)
        guard begun == nil || begun?.state == .done || resumes else { throw Self.brokenOff }
        return begun
    }

    private func planning(_ machine: FoundMachine, _ begun: MoveManifest?) throws(MachineError) -> MovePlanning {
        guard let account = machine.account else { throw Self.notInstalled("the user is missing") }
        return MovePlanning(
            installation: installation, request: request, context: context, account: account,
            machine: machine, begun: begun)
    }

    // MARK: - Doing

    /// Carries out the move. An interrupted run is resumed if `resumes` is true.
    ///
    /// - Throws: The errors of `plan`. If an error is thrown before the data is there, nothing has changed; if that can't be achieved,
    ///   the error is `NotTakenBack`.
    package func run(resumes: Bool, _ events: @escaping @Sendable (Event) -> Void) async throws -> Outcome {
        let begun = try earlier(resumes: resumes)
        let machine = try requireInstallation(begun)
        if let begun, begun.state == .done { return .already(try requireSame(begun)) }
        let plan = try await planning(machine, begun).plan(managed: machine.services.isManaged)
        events(.planned(plan))
        let lock = try OldDaemonLock(of: plan.old.data)
        defer { withExtendedLifetime(lock) {} }
        let target = try open(plan, .create)
        try await requireTarget(plan, target, begun, machine)
        let run = MoveRun(move: self, plan: plan, machine: machine, target: target, events: events)
        let report = try await run.perform(begun)
        await target.close()
        return .moved(report)
    }

    func dataImport(_ plan: MovePlan, _ target: Database) throws -> InstallImport {
        let account = plan.filling.account
        let folder = account?.temporaryFolder ?? installation.realPath(installation.layout.folders.state)
        var options = InstallImport.Options(plan.owners, workingFolder: folder)
        options.zone = request.zone
        options.account = account
        options.isLocked = true
        return InstallImport(plan.old.data, into: target, history, options)
    }

    func open(_ plan: MovePlan, _ access: ConnectionOptions.Access) throws -> Database {
        try Database(plan.filling.url, options: ConnectionOptions(access: access, isOwned: true, isDurable: true))
    }

    // MARK: - What has to be so

    /// Checks that the service is installed. What an earlier run of this move has left half written is no fault of the installation:
    /// the resumed run removes it.
    private func requireInstallation(_ begun: MoveManifest?) throws -> FoundMachine {
        var machine = try installation.look()
        for file in begun?.files ?? [] { machine.entries[file.path]?.hasLeftover = false }
        let findings = Finding.all(installation.layout, on: machine).filter { $0.kind != .notRunning }
        guard let first = findings.first else { return machine }
        throw Self.notInstalled(first.message)
    }

    private static func notInstalled(_ why: String) -> MachineError {
        MachineError(
            .notInstalled, "the service is not correctly installed here: \(why)",
            remedy: "run telec system install, then this again")
    }

    private static let brokenOff = MachineError(
        .brokenOff, "an earlier run did not finish",
        remedy: "continue with --resume, or undo it with telec system rollback")

    /// Checks that no rollback was interrupted: the data is gone in part, so that the move can't go on.
    private static func requireNoRollback(_ begun: MoveManifest?) throws(MachineError) {
        guard begun?.state != .undoing else {
            throw MachineError(
                .brokenOff, "a rollback of an earlier run did not finish",
                remedy: "run telec system rollback again, then this")
        }
    }

    private func requireSame(_ manifest: MoveManifest) throws -> MoveManifest {
        let old = try ExistingInstall.find(in: context.absolute(request.from))
        guard old.database == manifest.source else {
            throw MachineError(
                .otherInstall, "\(manifest.source) was already migrated, and \(old.database) is another install",
                remedy: "migrate further installs with telec adopt, each into a database of its own")
        }
        return manifest
    }

    /// Checks that the target is empty. A target that holds rows is refused, unless an earlier run of this move has filled it.
    private func requireTarget(
        _ plan: MovePlan, _ target: Database, _ begun: MoveManifest?, _ machine: FoundMachine
    ) async throws {
        let done = try await dataImport(plan, target).done()
        if let done, begun == nil || done.source != plan.old.data.database {
            throw MachineError(
                .filled, "\(plan.target) already holds the data taken over from \(done.source) at \(done.madeAt)",
                remedy: "name an empty database with --database")
        }
        if !machine.services.isRunning {
            try await Self.requireNoDaemon(target, plan.filling.account)
        }
    }

    /// Checks that no daemon uses the target. The move stops the installed service; any other daemon has to be stopped by its
    /// user.
    static func requireNoDaemon(_ target: Database, _ account: ActingAccount?) async throws {
        guard !target.isMissing else { return }
        try await ActingAccount.act(as: account) {
            try await target.withConnection { connection in
                guard try !connection.isHeld(.daemon) else { throw daemonWorks }
            }
        }
    }

    private static let daemonWorks = MachineError(
        .daemonRunning, "a daemon is using the new database",
        remedy: "stop it (systemctl stop teleclauded.socket teleclauded.service), and run this again")
}

extension FoundMachine.Services {
    var isManaged: Bool {
        switch self {
        case .none, .notManaged: false
        case .managed: true
        }
    }
}

extension Installation {
    /// Returns the account under which the daemon works.
    func account(_ machine: FoundMachine) -> ActingAccount? {
        machine.account.map {
            ActingAccount(uid: $0.uid, gid: $0.gid, temporaryFolder: realPath(layout.folders.state))
        }
    }

    /// Returns the path on this machine for a path of the root.
    func realPath(_ path: String) -> String { root.isMachine ? path : root.path + path }
}
