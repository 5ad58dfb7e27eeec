import FoundationEssentials

/// Encodes and decodes texts in headers. A text that a header can't hold is written as `=?base64?…?=`.
package enum HeaderText {
    private static let start = "=?base64?"
    private static let end = "?="

    /// Returns the text of a header; `nil` if the part between the marks is not canonical base64 of UTF-8 text.
    package static func decoded(_ value: String) -> String? {
        guard value.hasPrefix(start), value.hasSuffix(end), value.utf8.count >= start.utf8.count + end.utf8.count else {
            return value
        }
        let digits = String(value.dropFirst(start.count).dropLast(end.count))
        guard let data = Data(base64Encoded: digits), data.base64EncodedString() == digits else { return nil }
        return String(validating: data, as: UTF8.self)
    }

    package static func encoded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.hasPrefix(start)
        return isPlain ? text : start + Data(text.utf8).base64EncodedString() + end
    }
}
