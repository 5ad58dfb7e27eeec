/// Bytes as pairs of hexadecimal digits.
package enum Hexadecimal {
    package static func text(_ bytes: some Sequence<UInt8>, uppercase: Bool = false) -> String {
        let ten = uppercase ? UInt8(ascii: "A") : UInt8(ascii: "a")
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            digits.append(digit(byte >> 4, ten))
            digits.append(digit(byte & 15, ten))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func digit(_ value: UInt8, _ ten: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : ten + (value - 10)
    }

    /// Reads pairs of hexadecimal digits; `nil` if the text is anything else.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var (bytes, rest) = ([UInt8](), text.utf8[...])
        while let first = rest.popFirst() {
            guard let high = first.hexadecimalValue, let low = rest.popFirst()?.hexadecimalValue else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit in ASCII; `nil` for any other byte.
    var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
