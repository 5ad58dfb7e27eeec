import ArgumentParser
import Dialects
import TCMCP
import TCPOSIX
import TCRuntime
import TCSettings
import TCTerminal

extension KnownAgent: ExpressibleByArgument {}

/// The options that say which agents' settings are changed, and whether they are changed or only shown.
struct MCPInstallOptions: ParsableArguments {
    @Option(
        name: .customLong("agent"),
        help: ArgumentHelp(
            "Change this agent's settings. Default: all agents that have settings.", valueName: "name"))
    var agents: [KnownAgent] = []
    @Flag(help: "Show what would change, and change nothing.") var dryRun = false
    @OptionGroup var output: OutputOptions

    func home() throws -> String { try Launch.account().home }

    func chosen(_ home: String) throws -> [KnownAgent] {
        let found = agents.isEmpty ? KnownAgent.allCases.filter { AgentSettingsFile.isThere($0, home: home) } : agents
        guard !found.isEmpty else {
            throw RuntimeError(
                .badRequest, "there are no agent settings in \(home)",
                remedy: "name the agent whose settings to create: --agent claude, codex or gemini")
        }
        return KnownAgent.allCases.filter(found.contains)
    }

    /// Shows all changes, and then makes them. If one of the files can't be changed, none is: all new files are written before the first
    /// one is put in its place.
    func carryOut(_ edit: (AgentSettingsFile) throws -> String?) throws {
        let home = try home()
        let changes = try chosen(home).map { agent in
            let file = try AgentSettingsFile(agent, home: home)
            do {
                return try SettingsChange(file, to: edit(file))
            } catch let error as SettingsObjection {
                throw RuntimeError(.failed, "\(file.path): \(error.message)", remedy: error.remedy)
            }
        }
        if !output.json { for change in changes { Console.out(PrintableText.of(text(change))) } }
        if !dryRun { try make(changes.filter { $0.kind != .none }) }
        if output.json { output.showJSON(document(changes).rendered()) }
        if !output.json, dryRun { Console.error("nothing was changed: --dry-run") }
    }

    private func make(_ changes: [SettingsChange]) throws {
        let replacements = try changes.map { try $0.file.replacement(by: $0.new) }
        var done: [String] = []
        for replacement in replacements {
            do {
                try replacement.carryOut()
            } catch let error as RuntimeError where !done.isEmpty {
                throw RuntimeError(
                    error.code, "\(error.message); changed before that: \(done.joined(separator: ", "))",
                    remedy: error.remedy)
            }
            done.append(replacement.file.path)
        }
    }

    private func text(_ change: SettingsChange) -> String {
        let (agent, path) = (change.file.agent.rawValue, change.file.path)
        guard change.kind != .none else { return "\(agent): \(path) stays as it is" }
        return (["\(agent): \(path)"] + change.lines.map { "  \($0)" }).joined(separator: "\n")
    }

    private func document(_ changes: [SettingsChange]) -> JSON {
        .object([
            ("version", .integer(1)), ("dry_run", .boolean(dryRun)),
            (
                "changes",
                .array(
                    changes.map { change in
                        .object([
                            ("agent", .string(change.file.agent.rawValue)), ("file", .string(change.file.path)),
                            ("change", .string(change.kind.rawValue)),
                            ("lines", .array(change.lines.map { .string($0) })),
                        ])
                    })
            ),
        ])
    }
}

struct InstallMCP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Write telec mcp into the settings of your agents.",
        usage: "telec mcp install [<options>]",
        discussion: """
            Nothing else in these files is changed: ~/.claude.json, ~/.codex/config.toml, ~/.gemini/settings.json. A running \
            agent notices the change when it is restarted.

            EXAMPLES:
              telec mcp install --dry-run
              telec mcp install --agent codex
            """)

    @Option(
        help: ArgumentHelp("Have it use this socket of the daemon. Default: its usual place.", valueName: "path"))
    var socket: String?
    @OptionGroup var options: MCPInstallOptions

    func run() async throws {
        try await options.output.guarding(Problem.explaining) {
            let place = try socket.map { ["--socket", try Self.absolute($0)] } ?? []
            let entry = ServerEntry(command: try Self.program(), arguments: ["mcp"] + place)
            try options.carryOut { try $0.agent.adding(entry, to: $0.text) }
        }
    }

    /// Returns the absolute path, because an agent runs in a folder of its own.
    private static func absolute(_ path: String) throws -> String {
        guard path.hasPrefix("/") else {
            throw RuntimeError(.badRequest, "\(path) is not an absolute path", remedy: "give the absolute path")
        }
        return path
    }

    /// Returns the path of this program as the search path has it. That path stays the same when another version replaces the
    /// program.
    private static func program() throws -> String {
        guard let own = Executable.path else {
            throw RuntimeError(.failed, "this program can't find its own file", remedy: "write the entry by hand")
        }
        let folders = (Console.environment("PATH") ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
        return folders.map { "\($0)/telec" }.first { isSame($0, own) } ?? own
    }

    private static func isSame(_ path: String, _ other: String) -> Bool {
        var (a, b) = (stat(), stat())
        return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino
    }
}

struct UninstallMCP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Remove telec mcp from the settings of your agents.",
        discussion: """
            EXAMPLES:
              telec mcp uninstall --dry-run
              telec mcp uninstall --agent codex
            """)

    @OptionGroup var options: MCPInstallOptions

    func run() async throws {
        try await options.output.guarding(Problem.explaining) {
            try options.carryOut { file in try file.text.flatMap { try file.agent.removing(from: $0) } }
        }
    }
}
