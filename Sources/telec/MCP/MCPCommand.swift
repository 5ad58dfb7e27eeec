import ArgumentParser
import TCRuntime
import TCSettings
import TCTerminal

struct MCPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp", abstract: "Give an agent your sessions as tools: MCP on standard input and output.",
        usage: """
            telec mcp [--socket <path>]
            telec mcp <subcommand> [<options>]
            """,
        discussion: """
            An agent starts it, by its settings, and speaks the Model Context Protocol (2026-07-28, 2025-11-25 and 2025-06-18) with \
            it. It passes on what the agent asks to the daemon, as you; sessions that are started run as you, too. The daemon may be \
            restarted meanwhile.

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

    @Option(
        help: ArgumentHelp(
            "Use this socket of the daemon. Default: TELECLAUDE_SOCKET, else its usual place.", valueName: "path"))
    var socket: String?

    func run() async throws {
        try await OutputOptions().guarding(Problem.init(_:)) {
            let client = DaemonClient(
                socketPath: try ProcessContext.process.socketPath(argument: socket),
                token: SessionVariable.ownToken)
            if Console.inputIsTerminal {
                Console.error("This speaks to an agent, not to you: telec mcp install writes it into its settings.")
            }
            await MCPBridge(client: client).run()
        }
    }
}
