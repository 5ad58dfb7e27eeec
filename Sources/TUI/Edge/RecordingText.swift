import TCRuntime

/// Turns a recording, which arrives in pieces, into readable lines.
struct RecordingText {
    private var lines = LineReader()
    private var plain = PlainText()
    private var conversation = AgentConversation()
    private let view: TranscriptView

    init(_ view: TranscriptView) { self.view = view }

    mutating func read(_ bytes: [UInt8]) -> String {
        var text = ""
        for line in lines.read(bytes) {
            guard let event = RecordedEvent(line: line) else { continue }
            switch (Recording.Code(rawValue: event.code), view) {
            case (.output, .terminal): text += plain.read(event.data)
            case (.marker, .terminal): text += "\n-- \(event.data)\n"
            case (.agent, .conversation): text += conversation.read(event.data)
            case (.marker, .conversation): text += "-- \(event.data)\n"
            case (.output, .conversation), (.agent, .terminal), (.input, _), (.resize, _), (.exit, _), (nil, _): break
            }
        }
        return text
    }
}
