/// Text as its bytes, without making a `String` of it.
public enum UTF8Text {
    /// Counts the characters; `nil` if the bytes are not UTF-8 or hold a NUL.
    public static func characters(in bytes: UnsafeRawBufferPointer) -> Int? {
        var at = 0
        var continuations = 0
        while at < bytes.count {
            if at + 8 <= bytes.count, isPlainASCII(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) {
                at += 8
                continue
            }
            let length = sequenceLength(bytes, at)
            guard length > 0 else { return nil }
            continuations += length - 1
            at += length
        }
        return bytes.count - continuations
    }

    /// Whether all eight bytes lie between 0x01 and 0x7F.
    @inline(__always)
    private static func isPlainASCII(_ word: UInt64) -> Bool {
        let high: UInt64 = 0x8080_8080_8080_8080
        // Subtracting one from each byte sets the high bit of the lowest zero byte, if there is any.
        return (word | (word &- 0x0101_0101_0101_0101)) & high == 0
    }

    /// How many bytes the character at `at` takes, and 0 if it is none: Unicode's table 3-7, "well-formed UTF-8".
    static func sequenceLength(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int {
        let first = bytes[at]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0x01...0x7F: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { return 0 }
        for offset in 2..<max(length, 2) where bytes[at + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}

/// Reads bytes of ASCII text from left to right; each step says whether it found what it looked for.
public struct ASCIIReader {
    private let bytes: UnsafeRawBufferPointer
    public private(set) var at = 0

    public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    public var isAtEnd: Bool { at == bytes.count }
    public var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    public mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// One digit's value.
    public mutating func digit() -> Int? {
        guard let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        at += 1
        return Int(byte - UInt8(ascii: "0"))
    }

    /// A number of exactly so many digits.
    public mutating func number(digits count: Int) -> Int? {
        var number = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }
}
