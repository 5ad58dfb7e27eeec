import ArgumentParser
import TCSystem
import TCTerminal

struct InstallSystem: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Install the daemon as a service of this machine, under its own user.",
        usage: "telec system install [<options>]",
        discussion: """
            Makes the user teleclaude, the folders for settings, state, logs and shared documents, and the units of the service, \
            and starts it. Run from a build's folder, it copies teleclauded, telec and tc-migrate to /usr/local/bin. Settings that \
            are there stay as they are. A second run does nothing; one after a broken run goes on where that was.

            Exits with 1 when all is installed and the service's user can't run the daemon.

            EXAMPLES:
              telec system install --dry-run
              sudo telec system install
              telec system install --root ./image
            """)

    @Flag(help: "Show what a run does, with the contents, and change nothing.") var dryRun = false
    @OptionGroup var options: SystemOptions

    func run() async throws {
        try await options.guarding {
            if !dryRun { try options.requireRoot() }
            let installation = try options.installation()
            if !dryRun { try installation.root.lock() }
            let machine = try installation.look()
            let steps = try InstallPlan(installation.layout, on: machine).steps()
            let run = SystemRun(
                options: options, installation: installation, machine: machine, steps: steps, isDry: dryRun)
            try run.perform()
            if dryRun { return run.conclude(dryVerdict(steps), remarks: []) }
            let outcome = try Trial(installation).outcome()
            run.conclude(verdict(steps), remarks: advice(machine, installation) + remarks(outcome))
            if isFailure(outcome, machine.services) { throw ExitCode(1) }
        }
    }

    private func remarks(_ outcome: Trial.Outcome) -> [String] {
        switch outcome {
        case .runs: []
        case .isNotReady(let words), .doesNotRun(let words): ["warning: \(words)"]
        }
    }

    /// A root gets what it lacks later, and a database is made by the first start.
    private func isFailure(_ outcome: Trial.Outcome, _ services: FoundMachine.Services) -> Bool {
        switch (outcome, services) {
        case (.runs, _), (_, .none), (.isNotReady, .notManaged): false
        case (.isNotReady, .managed), (.doesNotRun, .managed), (.doesNotRun, .notManaged): true
        }
    }

    private func dryVerdict(_ steps: [SystemStep]) -> String {
        steps.isEmpty ? "it is installed: a run does nothing" : "dry run: nothing was changed"
    }

    private func verdict(_ steps: [SystemStep]) -> String {
        steps.isEmpty ? "it is installed: there was nothing to do" : "installed"
    }

    private func advice(_ machine: FoundMachine, _ installation: Installation) -> [String] {
        switch machine.services {
        case .none, .managed: []
        case .notManaged:
            [
                "systemd does not run here; where it does: "
                    + ServiceCommands(installation.layout).start.map { $0.joined(separator: " ") }.joined(
                        separator: " && ")
            ]
        }
    }
}
