import ArgumentParser
import TCSettings
import TCTerminal

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show, check, explain and split the settings. No secret is ever printed.",
        discussion: """
            In system mode the settings are those of the machine, the secrets, and your own ~/.teleclaude/config.yml; in \
            single-user mode they are ~/.teleclaude/config.yml and the .env beside it. TELECLAUDE_CONFIG_PATH, \
            TELECLAUDE_SECRETS_PATH and TELECLAUDE_USER_CONFIG_PATH name other places.

            EXAMPLES:
              telec config show
              telec config check
              telec config explain server.body_bytes
              telec config split --into /etc/teleclaude --dry-run
            """,
        subcommands: [ConfigShow.self, ConfigCheck.self, ConfigExplain.self, ConfigSplit.self])
}

extension OutputOptions {
    /// Runs a body that throws the errors of settings, and reports them.
    func guardingSettings(_ body: () async throws -> Void) async throws {
        try await guarding(
            { error in
                var problem = Problem.explaining(error)
                guard let error = error as? SettingsError else { return problem }
                if let place = error.place { problem.context = ConfigDocument.place(place) }
                if error.code == .unknownKey { problem.exitCode = 64 }
                return problem
            }, body)
    }
}
