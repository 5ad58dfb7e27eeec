import TCRuntime
import TCTerminal

/// A transcript as a Markdown page: a head, and below it the conversation, or the terminal's output as a code block.
struct MarkdownTranscript {
    private let isConversation: Bool
    private var head: String
    private var block = CodeBlock()

    init(of session: SessionDocument?, conversation isConversation: Bool) {
        self.isConversation = isConversation
        guard let session else {
            head = ""
            return
        }
        let facts = [
            ("session", session.sessionID), ("owner", session.ownerPerson ?? "nobody"),
            ("project", session.projectPath ?? "-"), ("started", TimestampText.short(session.createdAt)),
        ]
        let lines = facts.map { "- \($0): \(SessionTexts.plain($1))" }
        head = "# \(SessionTexts.plain(session.title ?? "untitled"))\n\n\(lines.joined(separator: "\n"))\n\n"
    }

    /// Returns the text to write next, from the terminal's output and the conversation.
    mutating func add(_ shown: String, _ said: String) -> String {
        let text = isConversation ? said : block.add(shown)
        defer { if !text.isEmpty { head = "" } }
        return text.isEmpty ? "" : head + (isConversation ? Self.emphasized(text) : text)
    }

    mutating func end() -> String {
        defer { head = "" }
        return head + block.end()
    }

    /// Emphasizes the speaker's name, and starts a paragraph for each speaker.
    private static func emphasized(_ text: String) -> String {
        text.split(separator: "\n").map { line in
            for role in ["user: ", "assistant: ", "tool: "] where line.hasPrefix(role) {
                return "\n**\(role.dropLast(2)):** \(line.dropFirst(role.count))\n"
            }
            return "\(line)\n"
        }.joined()
    }
}
