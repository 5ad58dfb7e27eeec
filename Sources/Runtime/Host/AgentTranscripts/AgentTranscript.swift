/// An agent that keeps a transcript of its own in its user's home.
public enum AgentTranscript: String, Sendable, CaseIterable {
    case claude, codex, gemini

    /// How the agent writes it down.
    enum Form {
        /// A line for everything that happens, at the end of the file.
        case lines
        /// One JSON document, written anew with every message.
        case document
    }

    /// The agent of this name in the settings; `nil` for one that is not known to keep a transcript.
    public init?(agent name: String) { self.init(rawValue: name) }

    var form: Form {
        switch self {
        case .claude, .codex: .lines
        case .gemini: .document
        }
    }

    /// The folder that holds all of them; nothing outside is ever read.
    func root(home: String) -> String {
        switch self {
        case .claude: "\(home)/.claude/projects"
        case .codex: "\(home)/.codex/sessions"
        case .gemini: "\(home)/.gemini/tmp"
        }
    }
}
