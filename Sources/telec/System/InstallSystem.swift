import ArgumentParser
import Dialects
import Migrator
import TCMigrations
import TCPOSIX
import TCSystem
import TCTerminal

struct InstallSystem: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Install the daemon as a service of this machine, under its own user.",
        usage: "telec system install [<options>]",
        discussion: """
            Creates the user teleclaude, the folders for settings, state, logs and shared documents, and the units of the service, \
            and starts it. Run from a build's folder, it copies teleclauded, telec and tc-migrate to /usr/local/bin. Existing \
            settings stay as they are. A second run changes nothing; after an interrupted run it continues where that stopped.

            With --database the daemon's database is on a PostgreSQL server: roles, database, tables and rights are created as the \
            server's admin, so that the daemon itself can't change its audit log. What already exists is checked, and not \
            changed. A later run migrates it.

            Exits with 1 if everything is installed but the service's user can't run the daemon, or it can't be started.

            EXAMPLES:
              telec system install --dry-run
              sudo telec system install
              sudo telec system install --database postgresql:///teleclaude
              telec system install --root ./image
            """)

    @Option(
        help: ArgumentHelp(
            "The URL by which the daemon connects to its PostgreSQL database, without a password. Default: SQLite.",
            valueName: "url"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A superuser of the server. Default, on this machine: the account postgres.", valueName: "url"))
    var databaseAdmin: String?

    @Flag(help: "Leave disabled what somebody has disabled, and start nothing that was stopped: for an upgrade.")
    var upgrade = false
    @Flag(help: "Show what a run would do, with the contents, and change nothing.") var dryRun = false
    @OptionGroup var options: SystemOptions

    func run() async throws {
        try await options.guarding {
            if !dryRun { try options.requireRoot() }
            let installation = try options.installation()
            let lock = try dryRun ? nil : installation.root.lock()
            defer { lock?.release() }
            let machine = try installation.look()
            let (server, remark) = try await serverOrRemark(installation)
            let steps = try InstallPlan(installation.layout, on: machine, isUpgrade: upgrade).steps(
                isElsewhereChanged: server?.steps.isEmpty == false)
            // Only root can read the secrets.
            if steps.contains(where: \.replacesProgram), geteuid() == 0 { try installation.checkSettings() }
            let run = SystemRun(
                options: options, installation: installation, machine: machine, steps: steps, server: server,
                isDry: dryRun)
            try await run.performChanges()
            let failure = startFailure(run)
            let isDone = steps.isEmpty && server?.steps.isEmpty ?? true
            if dryRun { return run.conclude(dryVerdict(isDone), remarks: []) }
            let outcome = try Trial(installation).outcome()
            run.conclude(
                verdict(isDone),
                remarks: [remark, failure].compactMap { $0 } + advice(machine, installation) + remarks(outcome))
            if failure != nil || isFailure(outcome, machine.services) { throw ExitCode(1) }
        }
    }

    /// Starts the service if the plan says so, and returns a remark if that fails. Everything is laid down by then, and the trial
    /// tells why the daemon does not run.
    private func startFailure(_ run: SystemRun) -> String? {
        do throws(MachineError) {
            try run.performCommands()
            return nil
        } catch {
            return "warning: \([error.message, error.remedy].compactMap { $0 }.joined(separator: "; "))"
        }
    }

    /// Returns the work on the server, or a remark if the server can't be reached. Unless the command names the database, an
    /// absent server does not prevent the installation of the programs.
    private func serverOrRemark(
        _ installation: Installation
    ) async throws -> (server: (installation: ServerInstallation, steps: [ServerStep])?, remark: String?) {
        do {
            return (try await server(installation), nil)
        } catch let error as DatabaseError where database == nil {
            return (nil, "warning: the database was neither checked nor migrated: \(error); run this again later")
        }
    }

    /// Returns the work on a server; `nil` if the database is on no server, or if the admin has made it in another way.
    private func server(
        _ installation: Installation
    ) async throws -> (installation: ServerInstallation, steps: [ServerStep])? {
        let history = try History.teleclaude()
        let found: ServerInstallation?
        if let database {
            try SystemOptions.requireNoPassword(database)
            let admin = try databaseAdmin.map { text in
                try SystemOptions.requireNoPassword(text)
                return try DatabaseURL(parsing: text)
            }
            if admin == nil { try requireMachine(installation) }
            found = try ServerInstallation(database, admin: admin, installation, history)
        } else {
            found = geteuid() == 0 ? try await ServerInstallation.present(installation, history) : nil
        }
        guard let found else { return nil }
        let plan = try await found.plan()
        guard plan.obstacles.isEmpty else { throw Obstacles(plan.obstacles) }
        return (found, plan.steps)
    }

    private func requireMachine(_ installation: Installation) throws {
        if !dryRun || geteuid() == 0, installation.root.isMachine { return }
        throw MachineError(
            .noServer, "only root, on the machine itself, can administer this machine's server",
            remedy: "run it as root without --root, or name a superuser with --database-admin")
    }

    private func remarks(_ outcome: Trial.Outcome) -> [String] {
        switch outcome {
        case .runs: []
        case .isNotReady(let words), .doesNotRun(let words): ["warning: \(words)"]
        }
    }

    /// Returns whether the outcome makes the installation fail. An installation below `--root` gets missing parts later, and the
    /// first start creates a database.
    private func isFailure(_ outcome: Trial.Outcome, _ services: FoundMachine.Services) -> Bool {
        switch (outcome, services) {
        case (.runs, _), (_, .none), (.isNotReady, .notManaged): false
        case (.isNotReady, .managed), (.doesNotRun, .managed), (.doesNotRun, .notManaged): true
        }
    }

    private func dryVerdict(_ isDone: Bool) -> String {
        isDone ? "already installed: a run would change nothing" : "dry run: nothing was changed"
    }

    private func verdict(_ isDone: Bool) -> String {
        isDone ? "already installed: there was nothing to do" : "installed"
    }

    private func advice(_ machine: FoundMachine, _ installation: Installation) -> [String] {
        switch machine.services {
        case .none, .managed: []
        case .notManaged:
            [
                "systemd does not run here; where it does, run: "
                    + ServiceCommands(installation.layout).start.map { $0.joined(separator: " ") }.joined(
                        separator: " && ")
            ]
        }
    }
}
