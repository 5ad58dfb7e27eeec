/// Functions that read text directly from its bytes, without creating a `String`.
package enum UTF8Text {
    /// Returns the number of characters; `nil` if the bytes are not UTF-8 or contain a NUL.
    package static func characters(in bytes: UnsafeRawBufferPointer) -> Int? {
        var at = 0
        var continuations = 0
        while at < bytes.count {
            if bytes[at] < 0x80 && bytes[at] != 0 {
                at = endOfPlainASCII(bytes, from: at)
                continue
            }
            let length = sequenceLength(bytes, at)
            guard length > 0 else { return nil }
            continuations += length - 1
            at += length
        }
        return bytes.count - continuations
    }

    /// Returns the position at which a run of bytes from 0x01 to 0x7F ends. It examines eight or sixteen bytes at a time; the last
    /// few bytes as well, if there are eight bytes that end with them.
    @inline(__always)
    private static func endOfPlainASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while at &+ 16 <= bytes.count {
            let foreign = foreignBits(word(bytes, at)) | foreignBits(word(bytes, at &+ 8))
            if foreign != 0 { break }
            at &+= 16
        }
        while at &+ 8 <= bytes.count {
            let foreign = foreignBits(word(bytes, at))
            if foreign != 0 { return at &+ foreign.trailingZeroBitCount / 8 }
            at &+= 8
        }
        if bytes.count >= 8 {
            // The shift moves zeros in, which end the run at the end of the bytes.
            let left = bytes.count &- at
            let rest = word(bytes, bytes.count &- 8) &>> UInt64(truncatingIfNeeded: 64 &- left &* 8)
            return left == 0 ? at : at &+ foreignBits(rest).trailingZeroBitCount &>> 3
        }
        while at < bytes.count, bytes[at] &- 1 < 0x7F { at &+= 1 }
        return at
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    /// Returns a mask whose lowest set bit belongs to the first byte outside of 0x01 to 0x7F. No bit is set if all bytes lie
    /// within that range.
    @inline(__always)
    private static func foreignBits(_ word: UInt64) -> UInt64 {
        // Subtracting one from each byte sets the high bit of the lowest zero byte, if there is any.
        (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080
    }

    /// Returns the number of bytes of the character at `at`, or 0 if no character begins there, by Unicode's table 3-7,
    /// "well-formed UTF-8".
    @inline(__always)
    static func sequenceLength(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int {
        let first = bytes[at]
        let left = bytes.count - at
        switch first {
        case 0x01...0x7F: return 1
        case 0xC2...0xDF: return left >= 2 && isContinuation(bytes[at + 1]) ? 2 : 0
        case 0xE0...0xEF:
            guard left >= 3, isContinuation(bytes[at + 1]), isContinuation(bytes[at + 2]) else { return 0 }
            // A lead byte of 0xE0 could also encode characters that have a shorter form, and 0xED could encode surrogates; both
            // are malformed.
            if first == 0xE0 { return bytes[at + 1] >= 0xA0 ? 3 : 0 }
            return first == 0xED && bytes[at + 1] > 0x9F ? 0 : 3
        case 0xF0...0xF4:
            guard left >= 4, isContinuation(bytes[at + 1]), isContinuation(bytes[at + 2]),
                isContinuation(bytes[at + 3])
            else { return 0 }
            // Likewise, 0xF0 could encode characters that have a shorter form, and 0xF4 could exceed U+10FFFF, the last code
            // point.
            if first == 0xF0 { return bytes[at + 1] >= 0x90 ? 4 : 0 }
            return first == 0xF4 && bytes[at + 1] > 0x8F ? 0 : 4
        default: return 0
        }
    }

    @inline(__always)
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

/// Reads ASCII text from left to right. Each step returns whether it found the expected bytes. The code is compiled into its
/// callers, because dates are read letter by letter, and by the million.
@frozen package struct ASCIIReader {
    @usableFromInline let bytes: UnsafeRawBufferPointer
    @usableFromInline var position = 0

    @inlinable package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    @inlinable package var at: Int { position }
    @inlinable package var isAtEnd: Bool { position == bytes.count }
    @inlinable package var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    @inlinable @inline(__always)
    package mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Skips all of a word's letters, or none of them.
    mutating func skip(word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard at + length <= bytes.count, (0..<length).allSatisfy({ bytes[at + $0] == word.utf8Start[$0] }) else {
            return false
        }
        position += length
        return true
    }

    /// Reads one digit and returns its value.
    @inlinable @inline(__always)
    package mutating func digit() -> Int? {
        guard let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        position += 1
        return Int(byte - UInt8(ascii: "0"))
    }

    /// Reads a number of exactly this many digits.
    @inlinable @inline(__always)
    package mutating func number(digits count: Int) -> Int? {
        var number = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }
}
