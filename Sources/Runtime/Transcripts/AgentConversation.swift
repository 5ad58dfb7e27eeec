/// Turns the lines of an agent's transcript into a conversation in plain text.
package struct AgentConversation {
    /// The parts already shown of messages that may come again.
    private var shown = RecentParts()

    private static let longestInput = 200

    package init() {}

    /// Returns the text of a line; empty if the line holds nothing for people to read.
    package mutating func read(_ line: String) -> String {
        guard let message = AgentMessage(line: line) else { return "" }
        return news(message).map(Self.text).joined()
    }

    /// Returns the parts of a message that were not shown yet. A message may come again, changed.
    private mutating func news(_ message: AgentMessage) -> [AgentMessage.Part] {
        guard let id = message.id else { return message.parts }
        let news = message.parts.filter { !shown.contains($0, of: id) }
        for part in news { shown.insert(part, of: id) }
        return news
    }

    /// Formats a part. Lines after the first are indented, so that no text can pass for another speaker's.
    private static func text(_ part: AgentMessage.Part) -> String {
        switch part {
        case .text(let role, let text):
            "\(role.rawValue): \(PlainText.of(text).replacing("\n", with: "\n  "))\n"
        case .tool(let name, let input):
            "tool: \(oneLine(name)) \(shortened(oneLine(input)))\n"
        }
    }

    private static func oneLine(_ text: String) -> String { PlainText.of(text).replacing("\n", with: " ") }

    private static func shortened(_ text: String) -> String {
        text.count <= longestInput ? text : text.prefix(longestInput) + "…"
    }
}
