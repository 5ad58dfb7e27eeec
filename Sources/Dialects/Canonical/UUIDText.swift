/// Reads UUIDs (RFC 9562, section 4).
package enum UUIDText {
    /// Returns the 128 bits of a UUID in either form that programs store: 8-4-4-4-12 hexadecimal digits, or all 32 without
    /// hyphens, in any case. Returns `nil` for any other text.
    static func words(_ text: UnsafeRawBufferPointer) -> (UInt64, UInt64)? {
        guard text.count == 36 || text.count == 32 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for at in text.indices {
            if text.count == 36, at == 8 || at == 13 || at == 18 || at == 23 {
                guard text[at] == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = text[at].hexadecimalValue else { return nil }
            words = (words.0 << 4 | words.1 >> 60, words.1 << 4 | UInt64(digit))
        }
        return words
    }

    /// The 128 bits of 32 hexadecimal digits, wherever hyphens stand.
    static func digits(_ text: UnsafeRawBufferPointer) -> (UInt64, UInt64)? {
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for byte in text where byte != UInt8(ascii: "-") {
            guard let digit = byte.hexadecimalValue else { return nil }
            words = (words.0 << 4 | words.1 >> 60, words.1 << 4 | UInt64(digit))
            digits += 1
        }
        return digits == 32 ? words : nil
    }

    /// Returns whether the text has the digits of a UUID in either form, whichever bits they show.
    package static func hasDigits(_ text: UnsafeRawBufferPointer) -> Bool { words(text) != nil }

    /// Returns whether the text is a UUID as PostgreSQL writes it: with hyphens and in lower case.
    package static func isCanonical(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count == 36 && words(text) != nil
            && !text.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
    }

    /// Returns whether the text is most likely meant as a UUID. Without hyphens any 128 bits look like one, including the digest
    /// of a file. So a text without hyphens must have a defined version and the variant of RFC 9562 (its sections 4.1 and 4.2), or be the
    /// UUID of zeros or of ones (5.9 and 5.10).
    package static func isLikely(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let words = words(text) else { return false }
        return text.count == 36 || words == (0, 0) || words == (.max, .max)
            || ((1...8).contains(words.0 >> 12 & 0xF) && words.1 >> 62 == 0b10)
    }
}

extension RawValue {
    /// The 128 bits of a uuid: as text in either spelling, or as its 16 bytes.
    var uuid: (UInt64, UInt64)? {
        switch self {
        case .text(let bytes): UUIDText.words(bytes)
        case .blob(let bytes) where bytes.count == 16:
            (bytes.integer(at: 0, UInt64.self), bytes.integer(at: 8, UInt64.self))
        case .null, .integer, .real, .boolean, .blob: nil
        }
    }
}
