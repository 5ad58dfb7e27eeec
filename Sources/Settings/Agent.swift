/// A program that works in sessions.
package struct Agent: Sendable, Equatable {
    package var name: String
    /// The program and its arguments; by default the agent's name.
    package var command: [String]
    package var isEnabled: Bool
    /// Whether the agent's sessions receive the central key, which their owners can then read.
    package var deliverKey: Bool
    /// The environment variable in which the agent expects its key. The secret has the same name.
    package var keyVariable: String?

    package init(
        name: String, command: [String]? = nil, isEnabled: Bool = true, deliverKey: Bool = false,
        keyVariable: String? = nil
    ) {
        self.name = name
        self.command = command ?? [name]
        self.isEnabled = isEnabled
        self.deliverKey = deliverKey
        self.keyVariable = keyVariable ?? Agent.usualKeyVariables[name]
    }

    private static let usualKeyVariables = [
        "claude": "ANTHROPIC_API_KEY", "codex": "OPENAI_API_KEY", "gemini": "GEMINI_API_KEY",
    ]
}
