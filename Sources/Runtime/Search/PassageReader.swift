import Dialects

/// Divides the output of a recording, and the agent's own transcript in it, into passages. A line that is in a passage already
/// is not added to it again, since programs draw a screen over and over.
struct PassageReader {
    private var plain: PlainText
    private var conversation = AgentConversation()
    private(set) var clock: Timestamp
    /// The time before the last event, if that event was a gap whose end was taken to be the present.
    private var clockBeforeGap: Timestamp?
    private let now: Timestamp
    /// Whether the events have only just been recorded.
    private let isLive: Bool

    /// The passages that can't grow any more.
    private var finished: [Passage] = []
    private var open: Passage
    private var lines: Set<String>
    /// The incomplete line.
    private var line = ""
    /// The incomplete line with which the reading began, if it is a passage of its own, and when that was said. It may stay on the screen
    /// for days, such as a prompt.
    private var waiting: Passage?

    /// Begins a recording, or continues an earlier reading.
    ///
    /// - Parameter progress: The state of the earlier reading; `nil` for the beginning.
    /// - Parameter begin: When the session began.
    init(resuming progress: PassageProgress?, begin: Timestamp, now: Timestamp, isLive: Bool) {
        plain = PlainText(breakingAtMoves: true, resuming: progress?.parser)
        clock = progress?.clock ?? begin
        self.now = now
        self.isLive = isLive
        var begun = progress?.open?.passage ?? Passage(text: "", saidAt: clock)
        let end = begun.text.lastIndex(of: "\n").map { begun.text.index(after: $0) } ?? begun.text.startIndex
        line = String(begun.text[end...])
        begun.text.removeSubrange(end...)
        lines = Set(begun.text.split(separator: "\n").map(String.init))
        open = begun
        if begun.text.isEmpty, !line.isEmpty { waiting = Passage(text: line, saidAt: begun.saidAt) }
    }

    /// The parser's position within an escape sequence.
    var parser: String { plain.resting }

    /// All passages that were begun or continued; the last one may grow.
    var passages: [Passage] {
        let whole = open.text.isEmpty ? finished : finished + [open]
        // The line may go on, so it is kept even if a line like its beginning is there.
        guard !Self.trimmed(line).isEmpty else { return whole }
        guard !open.text.isEmpty, hasRoom(for: line) else {
            let saidAt = waiting?.text == line ? waiting?.saidAt : nil
            return whole + [Passage(text: line, saidAt: saidAt ?? clock)]
        }
        return finished + [Passage(text: open.text + line, saidAt: open.saidAt)]
    }

    mutating func read(_ recorded: String) {
        guard let event = RecordedEvent(line: recorded) else { return readHeader(recorded) }
        let before = clockBeforeGap
        clockBeforeGap = nil
        clock = min(now, clock.advanced(milliseconds: event.after))
        switch Recording.Code(rawValue: event.code) {
        case .output: add(plain.read(event.data))
        case .agent:
            let said = conversation.read(event.data)
            if !said.isEmpty { add("\n\(said)") }
        case .marker:
            if let moment = Recording.end(ofGap: event.data) { clock = min(now, max(before ?? clock, moment)) }
            // A host of an older version does not say in the next marker how long nobody recorded, so the clock is set to the present.
            if isLive, event.data == Recording.restarted { (clockBeforeGap, clock) = (clock, now) }
        case .input, .resize, .exit, nil: break
        }
    }

    private mutating func readHeader(_ line: String) {
        guard line.hasPrefix("{"), let header = JSON(parsing: line), case .integer(let seconds)? = header["timestamp"],
            let moment = Timestamp(unixSeconds: seconds)
        else { return }
        // A header has only whole seconds, so the clock may be ahead of it already.
        clock = min(now, max(clock, moment))
    }

    private mutating func add(_ text: String) {
        var rest = text[...]
        while let end = rest.firstIndex(of: "\n") {
            append(rest[..<end])
            endLine()
            rest = rest[rest.index(after: end)...]
        }
        append(rest)
    }

    /// Adds text to the line. A line that is longer than a passage is cut between words, or inside a word that is longer
    /// itself.
    private mutating func append(_ part: Substring) {
        line += part
        while line.utf8.count > Passage.longest {
            var end = line.utf8.index(line.utf8.startIndex, offsetBy: Passage.longest)
            while end.samePosition(in: line.unicodeScalars) == nil { end = line.utf8.index(before: end) }
            let rest = line[..<end].lastIndex(of: " ").map { line.index(after: $0) } ?? end
            let next = String(line[rest...])
            line = String(line[..<rest])
            endLine()
            line = next
        }
    }

    private mutating func endLine() {
        let whole = Self.trimmed(line)
        (line, waiting) = ("", nil)
        guard !whole.isEmpty, !lines.contains(whole) else { return }
        if !open.text.isEmpty, !hasRoom(for: whole) {
            finished.append(open)
            open.text = ""
            lines = []
        }
        if open.text.isEmpty { open.saidAt = clock }
        open.text += whole + "\n"
        lines.insert(whole)
    }

    /// Whether the line may be in the open passage: in a quiet session the next line may be of another day.
    private func hasRoom(for line: String) -> Bool {
        open.text.utf8.count + line.utf8.count <= Passage.longest
            && clock <= open.saidAt.advanced(seconds: Passage.longestSpan)
    }

    private static func trimmed(_ line: String) -> String {
        let isBlank = { (letter: Character) in letter == " " || letter == "\t" }
        guard let start = line.firstIndex(where: { !isBlank($0) }), let end = line.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(line[start...end])
    }
}
