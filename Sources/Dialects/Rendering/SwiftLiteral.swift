/// How a text is written in Swift source.
enum SwiftLiteral {
    /// `"text"`, or `#"text"#` with as many `#` as keep quotes and backslashes as they are. Line breaks and other
    /// characters that no line of source can hold are escaped.
    static func string(_ text: String) -> String {
        let hashes = hashes(for: text)
        return "\(hashes)\"\(text.unicodeScalars.map { escaped($0, hashes) }.joined())\"\(hashes)"
    }

    /// The same as a literal over several lines, of which none is wider than `width`: a line that ends in a backslash goes on in
    /// the next one.
    static func lines(_ text: String, width: Int) -> [String] {
        let hashes = hashes(for: text)
        var lines = ["\(hashes)\"\"\""]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = parts(of: String(line), hashes, width: width - hashes.count - 1)
            lines += parts.dropLast().map { "\($0)\\\(hashes)" } + parts.suffix(1)
        }
        return lines + ["\"\"\"\(hashes)"]
    }

    /// Broken behind spaces where there are any. A space at the end of a line is written so that it can be seen.
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

    /// Each with the space behind it.
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
        guard scalar.properties.generalCategory == .control || isLineBreak(scalar) else { return String(scalar) }
        return "\\\(hashes)u{\(String(scalar.value, radix: 16))}"
    }

    private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x2028 || scalar.value == 0x2029
    }

    /// One `#` more than the longest run of them behind a quote or a backslash; none where there is neither.
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
