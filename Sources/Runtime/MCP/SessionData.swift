import Dialects
import TCMCP

/// The part of a session that a caller wants to read.
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

/// Extracts the last part of a recording, or of the end of a recording, as plain text. It keeps a limited part in memory,
/// however long the recording is.
struct SessionData {
    private let wanted: SessionDataRequest
    private let expected: SessionDataRequest.View
    /// Whether the conversation can be the part that is returned.
    private let readsConversation: Bool
    private var lines = LineReader()
    private var plain = PlainText()
    private var conversation = AgentConversation()
    private var said: TextTail
    private var shown: TextTail
    /// When the recording began, or went on after its last gap, and the milliseconds of it that were read since then.
    private var start: Timestamp?
    private var passed: Int64 = 0
    private var span: (from: Timestamp, to: Timestamp)?

    /// Makes a reader of a recording.
    ///
    /// - Parameter expected: The view that is returned if the request names none.
    init(_ wanted: SessionDataRequest, expecting expected: SessionDataRequest.View) {
        (self.wanted, self.expected) = (wanted, expected)
        readsConversation = (wanted.view ?? expected) == .conversation
        (said, shown) = (TextTail(most: wanted.most), TextTail(most: wanted.most))
    }

    mutating func read(_ bytes: [UInt8]) {
        for line in lines.read(bytes) {
            if let event = RecordedEvent(line: line) { take(event) } else { begin(line) }
        }
    }

    /// Reads the header of a recording.
    private mutating func begin(_ line: String) {
        guard case .some(.integer(let seconds)) = JSON(parsing: line)?["timestamp"],
            let begin = Timestamp(unixSeconds: seconds)
        else { return }
        (start, passed) = (begin, 0)
    }

    private mutating func take(_ event: RecordedEvent) {
        passed = min(passed &+ max(0, min(event.after, 1 << 50)), 1 << 50)
        if event.code == Recording.Code.marker.rawValue { pass(Recording.end(ofGap: event.data)) }
        let now = moment
        // An escape sequence may span events, so unwanted events are parsed too.
        let (output, message) = texts(event)
        guard isWanted(now), !output.isEmpty || !message.isEmpty else { return }
        shown.append(output)
        said.append(message)
        if let now { span = (span?.from ?? now, now) }
    }

    /// The time of the last event.
    private var moment: Timestamp? { start?.advanced(seconds: passed / 1_000) }

    /// Passes over a gap, if the recording tells its end. A host can write any time, and nothing that was recorded lies ahead.
    private mutating func pass(_ end: Timestamp?) {
        guard let end, let moment, moment < end else { return }
        (start, passed) = (max(moment, min(.now, end)), 0)
    }

    private func isWanted(_ now: Timestamp?) -> Bool {
        guard let now else { return wanted.since == nil && wanted.until == nil }
        return wanted.since.map { now >= $0 } ?? true && wanted.until.map { now <= $0 } ?? true
    }

    private mutating func texts(_ event: RecordedEvent) -> (output: String, message: String) {
        switch Recording.Code(rawValue: event.code) {
        case .output: (plain.read(event.data), "")
        case .agent: ("", readsConversation ? conversation.read(event.data) : "")
        case .marker: ("\n-- \(PlainText.of(event.data))\n", "-- \(PlainText.of(event.data))\n")
        case .input, .resize, .exit, nil: ("", "")
        }
    }

    /// Whether the text is full, so that earlier parts of the recording would be left out.
    var isFull: Bool {
        switch wanted.view ?? expected {
        case .conversation: said.end.isTruncated
        case .terminal: shown.end.isTruncated
        }
    }

    /// The text as a tool's result. If the request names no view and the recording has no conversation, the terminal is
    /// returned.
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

/// The end of a growing text.
struct TextTail: Sendable {
    private let most: Int
    private var text = ""
    private var isCut = false

    init(most: Int) { self.most = most }

    var isEmpty: Bool { text.isEmpty && !isCut }

    mutating func append(_ more: String) {
        text += more
        // A code point has at most four bytes. The text is cut only when it is much too long, so that cutting is rare.
        guard text.utf8.count > 16 * most + 65_536 else { return }
        cut()
    }

    private mutating func cut() {
        let scalars = text.unicodeScalars
        guard scalars.count > most else { return }
        text = String(String.UnicodeScalarView(scalars.suffix(most)))
        isCut = true
    }

    /// The last `most` code points, and whether there were more.
    var end: (text: String, isTruncated: Bool) {
        var tail = self
        tail.cut()
        return (tail.text, tail.isCut)
    }
}
