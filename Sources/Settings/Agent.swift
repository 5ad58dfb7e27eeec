/// A program that works in sessions.
public struct Agent: Sendable, Equatable {
    public var name: String
    /// The program and its arguments; by default the agent's name.
    public var command: [String]
    public var isEnabled: Bool
    /// Whether the agent's sessions receive the central key, which their owners can then read.
    public var deliverKey: Bool
    /// The environment variable in which the agent expects its key. The secret has the same name.
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
