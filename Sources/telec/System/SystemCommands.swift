import ArgumentParser

struct SystemCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "system", abstract: "Install the daemon as a service of this machine, and see that it stays so.",
        discussion: """
            Everything that an installation lays down is a table of paths, owners, modes and contents: docs/install.md shows it. \
            What is there and not ours is refused, and changed by nobody.

            EXAMPLES:
              telec system install --dry-run
              telec system status
              telec system uninstall --dry-run
            """,
        subcommands: [
            InstallSystem.self, UninstallSystem.self, SystemStatus.self, MigrateSystem.self, RollbackSystem.self,
        ])
}
