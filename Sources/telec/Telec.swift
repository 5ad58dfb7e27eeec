import ArgumentParser

@main
struct Telec: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "telec",
        abstract: "What people and agents type to TeleClaude.",
        discussion: """
            EXAMPLES:
              telec config show
              telec config explain database.url

            Exit codes: 0 done, 1 "no", 2 failed or refused, 64 usage.
            """,
        version: "0.1.0",
        subcommands: [ConfigCommand.self])
}
