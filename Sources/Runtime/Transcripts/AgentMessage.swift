import Dialects
import TCSettings

/// The message in one line of an agent's transcript, in the same form for every agent.
struct AgentMessage: Equatable {
    enum Role: String {
        case user, assistant
    }

    enum Part: Hashable {
        case text(Role, String)
        /// The name of a tool that the agent called, and the call's input.
        case tool(String, String)
    }

    /// The id by which the message is recognized if it comes again, changed; `nil` if it has none.
    var id: String?
    var parts: [Part]

    /// Reads a line; `nil` if it holds nothing for people, or is not from a transcript.
    init?(line: String) {
        guard let line = JSON(ofAgent: line), let type = line["type"]?.text else { return nil }
        switch (type, line["message"], line["payload"], line["content"]) {
        case ("user", .some(let message), _, _), ("assistant", .some(let message), _, _):
            self.init(claude: line, message)
        case ("response_item", _, .some(let payload), _): self.init(codex: payload)
        case ("user", nil, _, .some(let content)): self.init(gemini: line, .user, content)
        case ("gemini", nil, _, .some(let content)): self.init(gemini: line, .assistant, content)
        default: return nil
        }
        if parts.isEmpty { return nil }
    }

    /// Reads a line of Claude's. It leaves out notes that the agent writes to itself, and messages of its helpers: neither is
    /// part of the conversation.
    private init?(claude line: JSON, _ message: JSON) {
        guard line["isMeta"]?.isTrue != true, line["isSidechain"]?.isTrue != true,
            let role = message["role"]?.text.flatMap(Role.init(rawValue:)), let content = message["content"]
        else { return nil }
        parts = Self.texts(content, role, kinds: ["text"])
        for block in content.items ?? [] where block["type"]?.text == "tool_use" {
            parts.append(.tool(block["name"]?.text ?? "", Self.input(block["input"])))
        }
    }

    private init?(codex payload: JSON) {
        switch payload["type"]?.text {
        case "message":
            guard let role = payload["role"]?.text.flatMap(Role.init(rawValue:)), let content = payload["content"]
            else { return nil }
            parts = Self.texts(content, role, kinds: ["input_text", "output_text", "text"])
        case "function_call", "custom_tool_call", "local_shell_call":
            let input = payload["arguments"] ?? payload["input"] ?? payload["action"]
            parts = [.tool(payload["name"]?.text ?? "shell", Self.input(input))]
        default: return nil
        }
    }

    private init(gemini line: JSON, _ role: Role, _ content: JSON) {
        id = line["id"]?.text
        parts = Self.texts(content, role, kinds: [nil])
        for call in line["toolCalls"]?.items ?? [] {
            parts.append(.tool(call["name"]?.text ?? "", Self.input(call["args"])))
        }
    }

    /// Returns the texts of a content, which is a text or a list of blocks. Blocks of other kinds are skipped.
    private static func texts(_ content: JSON, _ role: Role, kinds: [String?]) -> [Part] {
        if let text = content.text { return text.isEmpty ? [] : [.text(role, text)] }
        return (content.items ?? []).compactMap { block in
            guard kinds.contains(block["type"]?.text), let text = block["text"]?.text, !text.isEmpty else { return nil }
            return .text(role, text)
        }
    }

    private static func input(_ input: JSON?) -> String { input.map { $0.text ?? $0.canonical() } ?? "" }
}

extension JSON {
    fileprivate var isTrue: Bool { if case .boolean(true) = self { true } else { false } }
}
