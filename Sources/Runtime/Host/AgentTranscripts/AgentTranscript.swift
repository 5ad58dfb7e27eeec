/// An agent that keeps a transcript of its own in its user's home.
package enum AgentTranscript: String, Sendable, CaseIterable {
    case claude, codex, gemini

    /// The form of the agent's transcripts.
    enum Form {
        /// A file to which a line is appended for each event.
        case lines
        /// One JSON document, which is written anew with every message.
        case document
    }

    /// Finds the agent that has this name in the settings; `nil` if it is not known to keep a transcript.
    package init?(agent name: String) { self.init(rawValue: name) }

    var form: Form {
        switch self {
        case .claude, .codex: .lines
        case .gemini: .document
        }
    }

    /// Returns the folder that holds all transcripts of the agent. Nothing outside of it is ever read.
    func root(home: String) -> String {
        switch self {
        case .claude: "\(home)/.claude/projects"
        case .codex: "\(home)/.codex/sessions"
        case .gemini: "\(home)/.gemini/tmp"
        }
    }
}
