import Dialects
import TCSettings

extension JSON {
    /// Reads JSON that an agent has written, and mends it where it has to; `nil` if it can't be read even then.
    init?(ofAgent text: String) {
        let document = JSON(parsing: text) ?? MendedJSON.of(text).flatMap { JSON(parsing: $0) }
        guard let document else { return nil }
        self = document
    }
}

/// Replaces what agents write although JSON has no such values: half of a surrogate pair, which JavaScript leaves when it cuts a string
/// inside an emoji, and the numbers of Python that are none (RFC 8259, sections 6 and 8.2).
struct MendedJSON {
    private let bytes: [UInt8]
    private var at = 0
    private var isInString = false
    private var mended: [UInt8] = []
    private var isChanged = false

    private static let words = ["NaN", "Infinity", "-Infinity"]

    /// Returns the text with `\ufffd` for each lone surrogate and `null` for each number that is none; `nil` if it has neither.
    static func of(_ text: String) -> String? {
        var reader = MendedJSON(bytes: Array(text.utf8))
        while reader.at < reader.bytes.count { reader.step() }
        return reader.isChanged ? String(decoding: reader.mended, as: UTF8.self) : nil
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func step() {
        let byte = bytes[at]
        if byte == UInt8(ascii: "\"") { isInString.toggle() }
        if isInString, byte == UInt8(ascii: "\\") {
            escape()
        } else if !isInString, let word = Self.words.first(where: { bytes[at...].starts(with: $0.utf8) }) {
            replace(word.utf8.count, with: "null")
        } else {
            copy(1 + bytes[(at + 1)...].prefix(while: Self.isPlain).count)
        }
    }

    /// Returns whether nothing begins or ends with this byte that matters here.
    private static func isPlain(_ byte: UInt8) -> Bool { !"\"\\NI-".utf8.contains(byte) }

    private mutating func escape() {
        guard let unit = unit(at: at), UTF16.isSurrogate(unit) else { return copy(2) }
        let isPair = UTF16.isLeadSurrogate(unit) && self.unit(at: at + 6).map(UTF16.isTrailSurrogate) == true
        if isPair { copy(12) } else { replace(6, with: "\\ufffd") }
    }

    /// Returns the code unit that `\uXXXX` stands for; `nil` if there is no such escape at this position.
    private func unit(at position: Int) -> UInt16? {
        let end = position + 6
        guard end <= bytes.count, bytes[position...].starts(with: "\\u".utf8) else { return nil }
        return UInt16(String(decoding: bytes[position + 2..<end], as: UTF8.self), radix: 16)
    }

    private mutating func copy(_ count: Int) {
        let end = min(at + count, bytes.count)
        mended += bytes[at..<end]
        at = end
    }

    private mutating func replace(_ count: Int, with text: String) {
        mended += text.utf8
        at += count
        isChanged = true
    }
}
