import ArgumentParser
import TCSystem
import TCTerminal

struct UninstallSystem: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Stop the service, and remove its programs and units.",
        usage: "telec system uninstall [<options>]",
        discussion: """
            Settings, data and the user stay, for a later installation. --purge removes them as well: every session's \
            recording, the audit log of a SQLite database, the shared documents. A PostgreSQL database stays in any case.

            EXAMPLES:
              telec system uninstall --dry-run
              sudo telec system uninstall
              sudo telec system uninstall --purge --yes
            """)

    @Flag(help: "Also remove settings, data, logs and the user.") var purge = false
    @Flag(help: "Don't ask before a purge.") var yes = false
    @Flag(help: "Show what a run would do, and change nothing.") var dryRun = false
    @OptionGroup var options: SystemOptions

    func run() async throws {
        try await options.guarding {
            if !dryRun { try options.requireRoot() }
            let installation = try options.installation()
            let lock = try dryRun ? nil : installation.root.lock()
            defer { lock?.release() }
            let machine = try installation.look()
            let steps = try UninstallPlan(installation.layout, on: machine, purge: purge).steps()
            let run = SystemRun(
                options: options, installation: installation, machine: machine, steps: steps, isDry: dryRun)
            if purge && !dryRun && !steps.isEmpty {
                try requireNobody(machine, installation)
                try requireConsent(installation)
            }
            try await run.perform()
            run.conclude(verdict(steps), remarks: [])
        }
    }

    private func verdict(_ steps: [SystemStep]) -> String {
        if steps.isEmpty { return "nothing is installed: there is nothing to do" }
        return dryRun ? "dry run: nothing was changed" : purge ? "purged" : "uninstalled: settings and data stay"
    }

    /// Refuses to go on while a daemon runs that the command can't stop: it would continue in folders that are gone.
    private func requireNobody(_ machine: FoundMachine, _ installation: Installation) throws {
        guard installation.root.isMachine, !machine.services.isRunning, let account = machine.account,
            let pid = try ServiceProcesses.first(of: account.uid)
        else { return }
        throw MachineError(
            .running, "process \(pid) runs as \(installation.layout.account)", remedy: "end it, and run this again")
    }

    private func requireConsent(_ installation: Installation) throws {
        if yes { return }
        let data = installation.layout.folders.state
        guard Console.inputIsTerminal else {
            throw MachineError(
                .notConfirmed, "a purge removes all data, including \(data)", remedy: "confirm with --yes")
        }
        let answer = Console.ask("Remove all of TeleClaude's settings and data, including \(data)? [y/N] ")
        guard ["y", "yes"].contains(answer?.lowercased()) else {
            throw MachineError(.notConfirmed, "nothing was removed", remedy: "answer y to remove it")
        }
    }
}
