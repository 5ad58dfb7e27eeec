/// Texts as parts of a URL (RFC 3986, section 2.1).
package enum PercentEncoding {
    /// Encodes every byte that is not unreserved, and not in `kept`.
    package static func encode(_ text: String, keeping kept: String = "") -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            if isUnreserved(byte) || kept.utf8.contains(byte) {
                encoded.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                encoded += "%" + Hexadecimal.text([byte], uppercase: true)
            }
        }
    }

    /// Decodes a text to its bytes, which need not be UTF-8; `nil` if a `%` is not followed by two hexadecimal digits.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var (bytes, rest) = ([UInt8](), text.utf8[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimalValue, let low = rest.popFirst()?.hexadecimalValue else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// Whether a byte stands for itself in every part of a URL (section 2.3).
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
