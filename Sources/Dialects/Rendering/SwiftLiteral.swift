/// How a text is written in Swift source.
enum SwiftLiteral {
    /// `"text"`, or `#"text"#` with as many `#` as keep quotes and backslashes as they are. Line breaks and other
    /// characters that no line of source can hold are escaped.
    static func string(_ text: String) -> String {
        let hashes = String(repeating: "#", count: hashes(for: text))
        var body = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                body += "\\\(hashes)n"
            } else if scalar.properties.generalCategory == .control || isLineBreak(scalar) {
                body += "\\\(hashes)u{\(String(scalar.value, radix: 16))}"
            } else {
                body.unicodeScalars.append(scalar)
            }
        }
        return "\(hashes)\"\(body)\"\(hashes)"
    }

    private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x2028 || scalar.value == 0x2029
    }

    /// One more than the longest run of `#` behind a quote or a backslash; none where there is neither.
    private static func hashes(for text: String) -> Int {
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
        return longest
    }
}
