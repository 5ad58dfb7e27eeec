import Dialects

/// How a recording is spelled: asciicast v3 (https://docs.asciinema.org/manual/asciicast/v3/). A header, then one event a line:
/// `[seconds since the event before, code, data]`. Lines that begin with `#` are comments; ours say where a chunk ends.
public enum Recording {
    /// What a line tells.
    public enum Code: String, Sendable {
        case output = "o"
        case input = "i"
        case marker = "m"
        case resize = "r"
        case exit = "x"
        /// One line of the agent's own transcript. Players pass over codes that they don't know.
        case agent = "a"
    }

    public static func header(columns: Int, rows: Int, title: String?, at seconds: Int) -> String {
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

    /// `after` is in milliseconds since the event before.
    public static func event(after milliseconds: Int64, _ code: Code, _ data: String) -> String {
        let fraction = String(milliseconds % 1_000 + 1_000).dropFirst()
        return "[\(milliseconds / 1_000).\(fraction),\"\(code.rawValue)\",\(JSON.string(data).canonical())]\n"
    }

    /// Tells that something is missing here, and why.
    public static func gap(_ reason: String) -> String { event(after: 0, .marker, "gap: \(reason)") }

    /// What stands in a recording where a host was started again.
    public static let hostRestart = "the host was started again"
    static let restarted = "gap: \(hostRestart)"

    /// The line that ends a chunk.
    static func end(ofChunk number: UInt64) -> String { "# chunk \(number)\n" }

    /// The number in such a line; `nil` for any other line. The largest number has none after it, and is no chunk's.
    static func endOfChunk(_ line: some StringProtocol) -> UInt64? {
        guard line.hasPrefix("# chunk "), let number = UInt64(line.dropFirst(8)), number < .max else { return nil }
        return number
    }

    /// Whether these bytes are whole lines of events; `allowsHeader`: the first may be the header. A host must not write
    /// comments, or it could forge numbers.
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
