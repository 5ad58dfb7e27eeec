/// Turns lines of an agent's transcript into what was said, as plain text.
public struct AgentConversation {
    /// What was shown of a message that may come again.
    private var shown: [String: [AgentMessage.Part]] = [:]

    private static let longestInput = 200

    public init() {}

    /// What a line says; empty for one that says nothing to people.
    public mutating func read(_ line: String) -> String {
        guard let message = AgentMessage(line: line) else { return "" }
        return news(message).map(Self.text).joined()
    }

    /// A message that comes again, changed, is shown as far as it is new.
    private mutating func news(_ message: AgentMessage) -> [AgentMessage.Part] {
        guard let id = message.id else { return message.parts }
        let before = shown.updateValue(message.parts, forKey: id) ?? []
        return message.parts.filter { !before.contains($0) }
    }

    /// Lines after the first are indented: no text can pass for another's.
    private static func text(_ part: AgentMessage.Part) -> String {
        switch part {
        case .text(let role, let text):
            "\(role.rawValue): \(plain(text).replacing("\n", with: "\n  "))\n"
        case .tool(let name, let input):
            "tool: \(oneLine(name)) \(shortened(oneLine(input)))\n"
        }
    }

    private static func plain(_ text: String) -> String {
        var reader = PlainText()
        return reader.read(text)
    }

    private static func oneLine(_ text: String) -> String { plain(text).replacing("\n", with: " ") }

    private static func shortened(_ text: String) -> String {
        text.count <= longestInput ? text : text.prefix(longestInput) + "…"
    }
}
