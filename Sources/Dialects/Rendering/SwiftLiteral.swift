/// Renders text as Swift string literals.
enum SwiftLiteral {
    /// Returns `"text"`, or `#"text"#` with enough `#` that quotes and backslashes need no escape. Line breaks, and other
    /// characters that no line of source should hold, are escaped.
    static func string(_ text: String) -> String {
        let hashes = hashes(for: text)
        return "\(hashes)\"\(text.unicodeScalars.map { escaped($0, hashes) }.joined())\"\(hashes)"
    }

    /// Returns the text as a comment may hold it: as it is, or as a literal if a character needs an escape.
    static func comment(_ text: String) -> String {
        text.unicodeScalars.contains(where: needsEscape) ? string(text) : text
    }

    /// Returns the text as a literal over several lines, none of them wider than `width`. A line that ends in a backslash
    /// continues in the next line.
    static func lines(_ text: String, width: Int) -> [String] {
        let hashes = hashes(for: text)
        var lines = ["\(hashes)\"\"\""]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = parts(of: String(line), hashes, width: width - hashes.count - 1)
            lines += parts.dropLast().map { "\($0)\\\(hashes)" } + parts.suffix(1)
        }
        return lines + ["\"\"\"\(hashes)"]
    }

    /// Breaks the line after spaces if it contains any. A space at the end of a line is written in a visible form.
    private static func parts(of line: String, _ hashes: String, width: Int) -> [String] {
        var parts: [String] = []
        var part = ""
        for word in words(of: line) {
            let text = word.unicodeScalars.map { escaped($0, hashes) }.joined()
            if !part.isEmpty, part.count + text.count > width {
                parts.append(part)
                part = ""
            }
            part += text
        }
        if part.hasSuffix(" ") { part = "\(part.dropLast())\\\(hashes)u{20}" }
        return parts + [part]
    }

    /// Returns the words of the line, each with the space that follows it.
    private static func words(of line: String) -> [Substring] {
        var words: [Substring] = []
        var rest = line[...]
        while let space = rest.firstIndex(of: " ") {
            words.append(rest[...space])
            rest = rest[rest.index(after: space)...]
        }
        return words + [rest]
    }

    private static func escaped(_ scalar: Unicode.Scalar, _ hashes: String) -> String {
        if scalar == "\n" { return "\\\(hashes)n" }
        guard needsEscape(scalar) else { return String(scalar) }
        return "\\\(hashes)u{\(String(scalar.value, radix: 16))}"
    }

    /// Whether no line of source can hold the character (control characters, and Unicode's separators of lines and paragraphs), or
    /// would show other source than the compiler reads.
    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
            || scalar.turnsText
    }

    /// Returns one `#` more than the longest run of them that follows a quote or a backslash; an empty text if the text
    /// contains neither.
    private static func hashes(for text: String) -> String {
        var longest = 0
        var run: Int?
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): run = 1
            case UInt8(ascii: "#"): run = run.map { $0 + 1 }
            default: run = nil
            }
            longest = max(longest, run ?? 0)
        }
        return String(repeating: "#", count: longest)
    }
}
