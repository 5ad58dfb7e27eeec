import Dialects

/// The entry for TeleClaude's server in an agent's settings: the program that the agent runs to speak with the server.
package struct ServerEntry: Sendable, Equatable {
    /// The name of the entry in the settings of all agents.
    package static let name = "teleclaude"

    package var command: String
    package var arguments: [String]

    package init(command: String, arguments: [String]) {
        self.command = command
        self.arguments = arguments
    }

    /// The environment variables by which the program finds its daemon, and the session in which it runs.
    static let variables = ["TELECLAUDE_SESSION_TOKEN", "TELECLAUDE_SOCKET"]
}

/// The reason why settings are not changed.
package struct SettingsObjection: Error, Sendable, Equatable {
    package var message: String
    package var remedy: String

    static let byHand = "write the entry by hand (docs/mcp.md)"
}

/// An agent whose settings this program can edit.
package enum KnownAgent: String, Sendable, CaseIterable {
    case claude, codex, gemini

    /// The environment variable that names another folder for the agent's settings; `nil` if the agent has none.
    package var folderVariable: String? {
        switch self {
        case .claude: "CLAUDE_CONFIG_DIR"
        case .codex: "CODEX_HOME"
        case .gemini: nil
        }
    }

    /// Returns the path of the agent's settings file.
    /// - Parameter folder: The value of `folderVariable`; `nil` for the default place below `home`.
    package func file(home: String, folder: String?) -> String {
        switch self {
        case .claude: "\(folder ?? home)/.claude.json"
        case .codex: "\(folder ?? home + "/.codex")/config.toml"
        case .gemini: "\(home)/.gemini/settings.json"
        }
    }

    /// The names that the agent leaves in the home of a user who has used it.
    package var traces: [String] {
        switch self {
        case .claude: [".claude.json", ".claude"]
        case .codex: [".codex"]
        case .gemini: [".gemini"]
        }
    }

    /// Returns the settings with this entry added or replaced.
    /// - Parameter text: The settings; `nil` if the file does not exist.
    /// - Throws: `SettingsObjection` if the settings can't be edited.
    package func adding(_ entry: ServerEntry, to text: String?) throws(SettingsObjection) -> String {
        switch self {
        case .claude, .gemini: try JSONSettings.adding(jsonText(entry), to: text)
        case .codex: try TOMLSettings.adding(entry, to: text)
        }
    }

    /// Returns the settings without the entry; `nil` if the settings then hold nothing else.
    /// - Throws: `SettingsObjection` if the settings can't be edited.
    package func removing(from text: String) throws(SettingsObjection) -> String? {
        switch self {
        case .claude, .gemini: try JSONSettings.removing(from: text)
        case .codex: try TOMLSettings.removing(from: text)
        }
    }

    /// Returns TeleClaude's entry as it is written in the settings; `nil` if they have none.
    /// - Throws: `SettingsObjection` if the settings can't be read.
    package func entry(in text: String) throws(SettingsObjection) -> String? {
        switch self {
        case .claude, .gemini: try JSONSettings.entry(in: text)
        case .codex: try TOMLSettings.entry(in: text)
        }
    }

    private func jsonText(_ entry: ServerEntry) -> String {
        let words = "[" + entry.arguments.map { JSON.string($0).canonical() }.joined(separator: ", ") + "]"
        let kind = self == .claude ? #""type": "stdio", "# : ""
        return "{\(kind)\"command\": \(JSON.string(entry.command).canonical()), \"args\": \(words)}"
    }
}
