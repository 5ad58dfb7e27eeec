import Dialects

/// The format of a recording: asciicast v3 (https://docs.asciinema.org/manual/asciicast/v3/). A header comes first, then one
/// event a line: `[seconds since the previous event, code, data]`. Lines that begin with `#` are comments; the daemon's
/// comments mark the ends of chunks.
package enum Recording {
    /// The kind of an event.
    package enum Code: String, Sendable {
        case output = "o"
        case input = "i"
        case marker = "m"
        case resize = "r"
        case exit = "x"
        /// One line of the agent's own transcript. Players ignore codes that they don't know.
        case agent = "a"
    }

    package static func header(columns: Int, rows: Int, title: String?, at seconds: Int) -> String {
        var members: [(key: String, value: JSON)] = [
            ("version", .integer(3)),
            (
                "term",
                .object([
                    ("cols", .integer(Int64(columns))), ("rows", .integer(Int64(rows))),
                    ("type", .string("xterm-256color")),
                ])
            ),
            ("timestamp", .integer(Int64(seconds))),
        ]
        if let title { members.append(("title", .string(title))) }
        return JSON.object(members).canonical() + "\n"
    }

    /// Returns the line of an event.
    ///
    /// - Parameter milliseconds: The time since the previous event.
    package static func event(after milliseconds: Int64, _ code: Code, _ data: String) -> String {
        let fraction = String(milliseconds % 1_000 + 1_000).dropFirst()
        return "[\(milliseconds / 1_000).\(fraction),\"\(code.rawValue)\",\(JSON.string(data).canonical())]\n"
    }

    /// Returns a line that marks missing events, with the reason.
    package static func gap(_ reason: String) -> String { event(after: 0, .marker, "gap: \(reason)") }

    /// Returns a line that marks a gap whose length nobody measured. The marker tells when the recording went on: an interval of a week
    /// would keep players waiting.
    static func gap(_ reason: String, until moment: Timestamp) -> String { gap("\(reason) at \(moment.text)") }

    /// Returns the time that the marker of a gap tells; `nil` for any other marker.
    package static func end(ofGap marker: String) -> Timestamp? {
        guard marker.hasPrefix("gap: "), let space = marker.lastIndex(of: " "), marker[..<space].hasSuffix(" at") else {
            return nil
        }
        return Timestamp(parsing: String(marker[marker.index(after: space)...]))
    }

    /// The reason that marks the place where a host was started again. Daemons of older versions compare the whole marker with it, so the
    /// time is in a second one.
    package static let hostRestart = "the host was started again"
    /// The reason of that second marker.
    package static let goingOn = "it went on"
    static let restarted = "gap: \(hostRestart)"

    /// The line that ends a chunk.
    static func end(ofChunk number: UInt64) -> String { "# chunk \(number)\n" }

    /// Returns the number in a line that ends a chunk; `nil` for any other line. The largest number is refused, since no number
    /// follows it.
    static func endOfChunk(_ line: some StringProtocol) -> UInt64? {
        guard line.hasPrefix("# chunk "), let number = UInt64(line.dropFirst(8)), number < .max else { return nil }
        return number
    }

    /// Returns whether the bytes are complete lines of events. A host must not write comments, or it could forge chunk numbers.
    ///
    /// - Parameter allowsHeader: Whether the first line may be the header.
    static func isWellFormed(_ bytes: [UInt8], allowsHeader: Bool) -> Bool {
        guard bytes.last == UInt8(ascii: "\n") else { return bytes.isEmpty }
        var isFirst = allowsHeader
        var isLineStart = true
        for byte in bytes {
            if isLineStart {
                let isHeader = isFirst && byte == UInt8(ascii: "{")
                guard byte == UInt8(ascii: "[") || isHeader else { return false }
                isFirst = false
            }
            isLineStart = byte == UInt8(ascii: "\n")
        }
        return true
    }
}
