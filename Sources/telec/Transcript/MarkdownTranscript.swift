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
            ("project", session.projectPath ?? "-"), ("started", TimestampText.inUTC(session.createdAt)),
        ]
        let lines = facts.map { "- \($0): \(SessionTexts.plain($1))" }
        head = "# \(SessionTexts.plain(session.title ?? "untitled"))\n\n\(lines.joined(separator: "\n"))\n\n"
    }

    /// Returns the text to write next, from the terminal's output and the conversation.
    mutating func add(_ shown: String, _ said: String) -> String {
        let text = isConversation ? said : block.add(shown)
        defer { if !text.isEmpty { head = "" } }
        return text.isEmpty ? "" : head + (isConversation ? Self.spoken(text) : text)
    }

    mutating func end() -> String {
        defer { head = "" }
        return head + block.end()
    }

    /// Shows each speaker's name, and below it what was said as a code block: nothing in it passes for another speaker, or for markup.
    /// The lines of a text after its first one are indented (`AgentConversation`); any other line is a marker of the recording.
    private static func spoken(_ text: String) -> String {
        var (page, block) = ("", CodeBlock())
        for line in text.split(separator: "\n") {
            if line.hasPrefix("  ") {
                page += block.add("\(line.dropFirst(2))\n")
                continue
            }
            let speaker = ["user", "assistant", "tool"].first { line.hasPrefix("\($0): ") }
            let said = speaker.map { line.dropFirst($0.count + 2) } ?? line
            block = CodeBlock()
            page += "\n**\(speaker ?? "recording"):**\n\n" + block.add("\(said)\n")
        }
        return page
    }
}
