import Dialects
import TCMCP

/// What of a session somebody wants to read.
struct SessionDataRequest: Sendable {
    enum View: String {
        case conversation, terminal
    }

    var sessionID: String
    var view: View?
    var most: Int
    var since: Timestamp?
    var until: Timestamp?
    var reason: String?

    init(_ arguments: Arguments) {
        sessionID = arguments.text("session_id") ?? ""
        view = arguments.text("view").flatMap(View.init(rawValue:))
        most = arguments.number("tail_chars") ?? ToolList.usualCharacters
        (since, until) = (arguments.moment("since_timestamp"), arguments.moment("until_timestamp"))
        reason = arguments.text("reason")
    }
}

/// The last of what a recording, or the end of one, says, as plain text. It keeps twice of what is wanted at most, however long the recording is.
struct SessionData {
    private let wanted: SessionDataRequest
    private let expected: SessionDataRequest.View
    private var lines = LineReader()
    private var plain = PlainText()
    private var conversation = AgentConversation()
    private var said: TextTail
    private var shown: TextTail
    /// When the recording began, and the milliseconds of it that were read. What nobody recorded has taken no time.
    private var start: Timestamp?
    private var passed: Int64 = 0
    private var span: (from: Timestamp, to: Timestamp)?

    /// `expected`: what is shown where nobody has said which.
    init(_ wanted: SessionDataRequest, expecting expected: SessionDataRequest.View) {
        (self.wanted, self.expected) = (wanted, expected)
        (said, shown) = (TextTail(most: wanted.most), TextTail(most: wanted.most))
    }

    mutating func read(_ bytes: [UInt8]) {
        for line in lines.read(bytes) {
            if let event = RecordedEvent(line: line) { take(event) } else { begin(line) }
        }
    }

    private static let epoch = Timestamp(parsing: "1970-01-01T00:00:00Z")

    /// The header of a recording.
    private mutating func begin(_ line: String) {
        guard case .some(.integer(let seconds)) = JSON(parsing: line)?["timestamp"], abs(seconds) < 1 << 40 else {
            return
        }
        (start, passed) = (Self.epoch?.advanced(seconds: seconds), 0)
    }

    private mutating func take(_ event: RecordedEvent) {
        passed = min(passed &+ max(0, min(event.after, 1 << 50)), 1 << 50)
        let now = start?.advanced(seconds: passed / 1_000)
        // Sequences go on from one event to the next, also where the first is not wanted.
        let (output, message) = texts(event)
        guard isWanted(now), !output.isEmpty || !message.isEmpty else { return }
        shown.append(output)
        said.append(message)
        if let now { span = (span?.from ?? now, now) }
    }

    private func isWanted(_ now: Timestamp?) -> Bool {
        guard let now else { return wanted.since == nil && wanted.until == nil }
        return wanted.since.map { now >= $0 } ?? true && wanted.until.map { now <= $0 } ?? true
    }

    private mutating func texts(_ event: RecordedEvent) -> (output: String, message: String) {
        switch Recording.Code(rawValue: event.code) {
        case .output: (plain.read(event.data), "")
        case .agent: ("", conversation.read(event.data))
        case .marker: ("\n-- \(Self.plain(event.data))\n", "-- \(Self.plain(event.data))\n")
        case .input, .resize, .exit, nil: ("", "")
        }
    }

    private static func plain(_ text: String) -> String {
        var reader = PlainText()
        return reader.read(text)
    }

    /// Whether what came before would be left out.
    var isFull: Bool {
        switch wanted.view ?? expected {
        case .conversation: said.end.isTruncated
        case .terminal: shown.end.isTruncated
        }
    }

    /// As a tool says it. A conversation of which nothing was recorded is not what somebody wants to read.
    var result: ToolResult {
        let view = wanted.view ?? (said.isEmpty ? .terminal : expected)
        let (text, isTruncated) =
            switch view {
            case .conversation: said.end
            case .terminal: shown.end
            }
        return .done(
            .object([
                ("version", .integer(1)), ("session_id", .string(wanted.sessionID)), ("view", .string(view.rawValue)),
                ("text", .string(text)), ("is_truncated", .boolean(isTruncated)),
                ("from", span.map { .string($0.from.text) } ?? .null),
                ("to", span.map { .string($0.to.text) } ?? .null),
            ]), text: text)
    }
}

/// The end of a text that grows.
struct TextTail: Sendable {
    private let most: Int
    private var text = ""
    private var isCut = false

    init(most: Int) { self.most = most }

    var isEmpty: Bool { text.isEmpty && !isCut }

    mutating func append(_ more: String) {
        text += more
        // A character has four bytes at most, unless it is made of several.
        guard text.utf8.count > 16 * most + 65_536 else { return }
        cut()
    }

    private mutating func cut() {
        let scalars = text.unicodeScalars
        guard scalars.count > most else { return }
        text = String(String.UnicodeScalarView(scalars.suffix(most)))
        isCut = true
    }

    /// The last of it, in code points, and whether there was more.
    var end: (text: String, isTruncated: Bool) {
        var tail = self
        tail.cut()
        return (tail.text, tail.isCut)
    }
}
