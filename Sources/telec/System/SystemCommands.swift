import ArgumentParser

struct SystemCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "system", abstract: "Install the daemon as a service of this machine, and check the installation.",
        discussion: """
            docs/install.md lists everything that an installation writes, with paths, owners and modes; install --dry-run \
            shows the contents. Existing files that it did not write are never changed: the installation refuses to run.

            EXAMPLES:
              telec system install --dry-run
              telec system status
              telec system uninstall --dry-run
            """,
        subcommands: [
            InstallSystem.self, UninstallSystem.self, SystemStatus.self, MigrateSystem.self, RollbackSystem.self,
        ])
}
