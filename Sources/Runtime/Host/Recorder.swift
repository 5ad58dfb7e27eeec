import Dialects

/// Turns the events of a terminal into lines of a recording, and the lines into chunks.
struct Recorder {
    private var lines = ""
    private var lastEvent: ContinuousClock.Instant
    /// The bytes at the end of the last output that begin a character and don't complete it.
    private var partial: [UInt8] = []
    private var size: (columns: Int, rows: Int)

    init(columns: Int, rows: Int, at moment: ContinuousClock.Instant) {
        size = (columns, rows)
        lastEvent = moment
    }

    mutating func begin(title: String, seconds: Int) {
        lines += Recording.header(columns: size.columns, rows: size.rows, title: title, at: seconds)
    }

    mutating func output(_ bytes: [UInt8], at moment: ContinuousClock.Instant) {
        let all = partial + bytes
        let whole = all.count - Self.unfinished(all)
        partial = Array(all[whole...])
        guard whole > 0 else { return }
        add(.output, String(decoding: all[..<whole], as: UTF8.self), at: moment)
    }

    mutating func resize(columns: Int, rows: Int, at moment: ContinuousClock.Instant) {
        guard size != (columns, rows) else { return }
        size = (columns, rows)
        add(.resize, "\(columns)x\(rows)", at: moment)
    }

    mutating func exit(_ code: Int32, at moment: ContinuousClock.Instant) { add(.exit, String(code), at: moment) }

    mutating func gap(_ reason: String) { lines += Recording.gap(reason) }

    /// Marks the end of a gap whose length is unknown. The next interval begins here.
    mutating func gap(_ reason: String, until time: Timestamp, at moment: ContinuousClock.Instant) {
        lines += Recording.gap(reason, until: time)
        lastEvent = moment
    }

    /// Adds a line of the agent's own transcript.
    mutating func agent(_ line: AgentLine, at moment: ContinuousClock.Instant) {
        switch line {
        case .whole(let text): add(.agent, text, at: moment)
        case .shortened(let text, let bytes):
            add(.marker, "shortened: a line of \(bytes) bytes of the agent's transcript", at: moment)
            add(.agent, text, at: moment)
        case .unreadable(let text):
            add(.marker, "unreadable: a line of the agent's transcript is not JSON", at: moment)
            add(.agent, text, at: moment)
        case .leftOut: gap("a line of the agent's transcript was too long")
        }
    }

    /// The number of bytes that wait to be taken.
    var count: Int { lines.utf8.count }

    /// Returns the complete lines that were added since the last call.
    mutating func take() -> [UInt8] {
        defer { lines = "" }
        return Array(lines.utf8)
    }

    private mutating func add(_ code: Recording.Code, _ data: String, at moment: ContinuousClock.Instant) {
        let (seconds, attoseconds) = max(.zero, moment - lastEvent).components
        let passed = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        // What is cut off counts for the next interval, so that the sum stays right.
        lastEvent += .milliseconds(passed)
        lines += Recording.event(after: passed, code, data)
    }

    /// Returns the number of bytes at the end that begin a character of UTF-8 and do not complete it (RFC 3629, section 3).
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? back : 0
        }
        return 0
    }
}
