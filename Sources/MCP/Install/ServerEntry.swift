import Dialects

/// What an agent's settings say of our server: the program that speaks with it.
package struct ServerEntry: Sendable, Equatable {
    /// Under which it stands in all settings.
    package static let name = "teleclaude"

    package var command: String
    package var arguments: [String]

    package init(command: String, arguments: [String]) {
        self.command = command
        self.arguments = arguments
    }

    /// Variables by which the program finds its daemon, and knows from inside which session it is called.
    static let variables = ["TELECLAUDE_SESSION_TOKEN", "TELECLAUDE_SOCKET"]
}

/// Why settings are left as they are.
package struct SettingsObjection: Error, Sendable, Equatable {
    package var message: String
    package var remedy: String

    static let byHand = "write the entry by hand (docs/mcp.md)"
}

/// An agent whose settings we know.
package enum KnownAgent: String, Sendable, CaseIterable {
    case claude, codex, gemini

    /// By this variable its user keeps its settings in a folder of his choice.
    package var folderVariable: String? {
        switch self {
        case .claude: "CLAUDE_CONFIG_DIR"
        case .codex: "CODEX_HOME"
        case .gemini: nil
        }
    }

    /// Its settings: below the home of its user, or in that folder.
    package func file(home: String, folder: String?) -> String {
        switch self {
        case .claude: "\(folder ?? home)/.claude.json"
        case .codex: "\(folder ?? home + "/.codex")/config.toml"
        case .gemini: "\(home)/.gemini/settings.json"
        }
    }

    /// What there is in a home where it has been used.
    package var traces: [String] {
        switch self {
        case .claude: [".claude.json", ".claude"]
        case .codex: [".codex"]
        case .gemini: [".gemini"]
        }
    }

    /// The settings with this entry; `nil` for settings that are not there (yet). Throws `SettingsObjection`.
    package func adding(_ entry: ServerEntry, to text: String?) throws(SettingsObjection) -> String {
        switch self {
        case .claude, .gemini: try JSONSettings.adding(jsonText(entry), to: text)
        case .codex: try TOMLSettings.adding(entry, to: text)
        }
    }

    /// The settings without it: `nil` when nothing is left of what we have made. Throws `SettingsObjection`.
    package func removing(from text: String) throws(SettingsObjection) -> String? {
        switch self {
        case .claude, .gemini: try JSONSettings.removing(from: text)
        case .codex: try TOMLSettings.removing(from: text)
        }
    }

    private func jsonText(_ entry: ServerEntry) -> String {
        let words = "[" + entry.arguments.map { JSON.string($0).canonical() }.joined(separator: ", ") + "]"
        let kind = self == .claude ? #""type": "stdio", "# : ""
        return "{\(kind)\"command\": \(JSON.string(entry.command).canonical()), \"args\": \(words)}"
    }
}
