/// Reads the texts of doubles: a decimal that a double shows digit for digit, and the words for what is no number, in any case. Swift writes
/// `nan` and `inf`, SQLite `Inf`, PostgreSQL `NaN` and `Infinity`.
enum DoubleText {
    /// Returns the double; `nil` if the text is that of none.
    static func number(_ text: UnsafeRawBufferPointer) -> Double? {
        if let decimal = DecimalText(text) { return decimal.double }
        let isNegative = text.first == UInt8(ascii: "-")
        let word = UnsafeRawBufferPointer(rebasing: isNegative ? text.dropFirst() : text[...])
        if word.isWord("inf") || word.isWord("infinity") { return isNegative ? -Double.infinity : Double.infinity }
        return !isNegative && word.isWord("nan") ? Double.nan : nil
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the text is this word of small letters, in any case.
    func isWord(_ word: StaticString) -> Bool {
        count == word.utf8CodeUnitCount && indices.allSatisfy { self[$0] | 0x20 == word.utf8Start[$0] }
    }
}
