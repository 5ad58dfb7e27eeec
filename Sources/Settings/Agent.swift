/// A program that works in sessions.
public struct Agent: Sendable, Equatable {
    public var name: String
    /// The program and its arguments; by default the agent's name.
    public var command: [String]
    public var isEnabled: Bool
    /// Whether a session is handed the central key. Its owner can then read it.
    public var deliverKey: Bool
    /// The variable that the agent expects its key in, which is the secret's name, too.
    public var keyVariable: String?

    public init(
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
