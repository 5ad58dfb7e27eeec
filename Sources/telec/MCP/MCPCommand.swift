import ArgumentParser
import TCTerminal

struct MCPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp", abstract: "Give an agent your sessions as tools: MCP on standard input and output.",
        usage: """
            telec mcp [--socket <path>]
            telec mcp <subcommand> [<options>]
            """,
        discussion: """
            An agent starts it as its settings say, and speaks the Model Context Protocol (2026-07-28, 2025-11-25 and 2025-06-18) \
            with it. It passes the agent's calls on to the daemon, as you; sessions that it starts also run as you. The daemon \
            may be restarted in the meantime.

            EXAMPLES:
              telec mcp install --dry-run
              telec mcp install --agent claude
              telec mcp
            """, subcommands: [ServeMCP.self, InstallMCP.self, UninstallMCP.self], defaultSubcommand: ServeMCP.self)
}

struct ServeMCP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Speak with an agent on standard input and output.",
        discussion: """
            EXAMPLES:
              telec mcp
              telec mcp serve --socket /run/teleclaude/api.sock
            """)

    @OptionGroup var daemon: SocketOption

    func run() async throws {
        // Standard output is the agent's, so that there is no --json to ask for.
        try await OutputOptions.parse([]).guarding(Problem.explaining) {
            let client = try daemon.client()
            if Console.inputIsTerminal {
                Console.error(
                    "This command speaks to an agent, not to you: telec mcp install adds it to the agent's settings.")
            }
            try await MCPBridge(client: client).run()
        }
    }
}
