import Dialects
import TCRuntime

/// The form in which a recording is shown. All forms except `raw` contain no escape sequences.
enum RecordingView: Equatable {
    case raw
    case terminal
    case conversation
    /// The same text with a head; for a session with an agent, the conversation.
    case markdown(conversation: Bool)
    /// A recording again, reduced to the terminal's output.
    case cast
    /// One JSON document a line.
    case lines
}

/// Converts a recording, which arrives in pieces, into the text that is shown.
struct ShownRecording {
    private var lines = LineReader()
    private var plain = PlainText()
    private var conversation = AgentConversation()
    private var markdown: MarkdownTranscript?
    private let view: RecordingView
    private let isCollecting: Bool
    /// The time of the last event, as far as the recording tells it.
    private var clock: Timestamp?
    private(set) var collected = ""

    init(view: RecordingView, of session: SessionDocument?, isCollecting: Bool) {
        self.view = view
        self.isCollecting = isCollecting
        clock = session?.createdAt.flatMap(Timestamp.init(parsing:))
        if case .markdown(let conversation) = view {
            markdown = MarkdownTranscript(of: session, conversation: conversation || session?.agent != nil)
        }
    }

    /// Returns the text to print for these bytes.
    mutating func read(_ bytes: [UInt8]) -> String {
        var text = ""
        for line in lines.read(bytes) { text += shown(line) }
        guard isCollecting else { return text }
        collected += text
        return ""
    }

    /// Returns the remaining text after the last piece.
    mutating func end() -> String { markdown?.end() ?? "" }

    private mutating func shown(_ line: String) -> String {
        if view == .raw { return line + "\n" }
        guard let event = RecordedEvent(line: line) else { return head(line) }
        // A host can write any interval, and nothing that was recorded lies ahead.
        clock = clock.map { min(.now, $0.advanced(milliseconds: event.after)) }
        guard let code = Recording.Code(rawValue: event.code) else { return "" }
        if code == .marker, let moment = Recording.end(ofGap: event.data) {
            clock = min(.now, max(clock ?? moment, moment))
        }
        switch view {
        case .raw: return line + "\n"
        case .terminal: return terminal(code, event.data)
        case .conversation: return said(code, event.data)
        case .markdown:
            let (shown, said) = (terminal(code, event.data), said(code, event.data))
            return markdown?.add(shown, said) ?? ""
        case .cast: return recorded(event, code)
        case .lines: return document(code, event.data)
        }
    }

    private mutating func terminal(_ code: Recording.Code, _ data: String) -> String {
        switch code {
        case .output: plain.read(data)
        case .marker: "\n-- \(PlainText.of(data))\n"
        case .input, .resize, .exit, .agent: ""
        }
    }

    private mutating func said(_ code: Recording.Code, _ data: String) -> String {
        switch code {
        case .agent: conversation.read(data)
        case .marker: "-- \(PlainText.of(data))\n"
        case .output, .input, .resize, .exit: ""
        }
    }

    private mutating func head(_ line: String) -> String {
        guard line.hasPrefix("{"), let header = JSON(parsing: line) else { return "" }
        var seconds: Int64?
        if case .integer(let number)? = header["timestamp"] { seconds = number }
        // A header holds whole seconds.
        if let begin = seconds.flatMap(Timestamp.init(unixSeconds:)) { clock = min(.now, max(clock ?? begin, begin)) }
        guard view == .cast else { return "" }
        func number(_ name: String) -> Int {
            guard case .integer(let number)? = header["term"]?[name], (1...10_000).contains(number) else { return 80 }
            return Int(number)
        }
        return Recording.header(
            columns: number("cols"), rows: number("rows"), title: header["title"]?.text.map(PlainText.of),
            at: Int(seconds ?? 0))
    }

    private mutating func recorded(_ event: RecordedEvent, _ code: Recording.Code) -> String {
        switch code {
        // A player moves to the left margin only where the text has a carriage return.
        case .output: Recording.event(after: event.after, code, plain.read(event.data).replacing("\n", with: "\r\n"))
        case .agent: Recording.event(after: event.after, .marker, PlainText.of(conversation.read(event.data)))
        case .input, .marker, .resize, .exit: Recording.event(after: event.after, code, PlainText.of(event.data))
        }
    }

    private mutating func document(_ code: Recording.Code, _ data: String) -> String {
        let (kind, text) =
            switch code {
            case .output: ("output", plain.read(data))
            case .agent: ("conversation", conversation.read(data))
            case .marker: ("marker", PlainText.of(data))
            case .input: ("input", PlainText.of(data))
            case .resize: ("resize", PlainText.of(data))
            case .exit: ("exit", PlainText.of(data))
            }
        guard !text.isEmpty else { return "" }
        let members: [(key: String, value: JSON)] = [
            ("at", clock.map { .string($0.text) } ?? .null), ("kind", .string(kind)), ("text", .string(text)),
        ]
        return JSON.object(members).canonical() + "\n"
    }
}
