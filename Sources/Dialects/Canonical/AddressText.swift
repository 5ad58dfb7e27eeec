import TCPOSIX

/// An address of a host or a network, as PostgreSQL's `inet` keeps it
/// (https://www.postgresql.org/docs/current/datatype-net-types.html).
struct AddressNumber: Equatable {
    /// The address in network order, its first byte highest; one of IPv4 has the upper 32 bits of `first`.
    var first: UInt64
    var second: UInt64
    var isIPv6: Bool
    /// How many bits name the network; all of them for a host.
    var networkBits: UInt8

    fileprivate static func bits(isIPv6: Bool) -> Int { isIPv6 ? 128 : 32 }
}

/// Reads addresses: `192.0.2.1`, `2001:db8::1`, either perhaps with `/bits` behind it.
package enum AddressText {
    /// Whether the text is the address of a host.
    package static func isHost(_ text: UnsafeRawBufferPointer) -> Bool {
        !text.contains(UInt8(ascii: "/")) && address(text) != nil
    }

    /// `nil` for any other text: with a zone (`%eth0`), or fewer numbers than four, as neither Django nor PostgreSQL takes them.
    static func number(_ text: UnsafeRawBufferPointer) -> AddressNumber? {
        let slash = text.firstIndex(of: UInt8(ascii: "/")) ?? text.endIndex
        guard var address = address(UnsafeRawBufferPointer(rebasing: text[..<slash])) else { return nil }
        guard slash < text.endIndex else { return address }
        var reader = ASCIIReader(UnsafeRawBufferPointer(rebasing: text[(slash + 1)...]))
        guard var bits = reader.digit() else { return nil }
        while bits <= 128, let digit = reader.digit() { bits = bits * 10 + digit }
        guard reader.isAtEnd, bits <= AddressNumber.bits(isIPv6: address.isIPv6) else { return nil }
        address.networkBits = UInt8(bits)
        return address
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte.hexadecimalValue != nil }

    private static func address(_ text: UnsafeRawBufferPointer) -> AddressNumber? {
        // The longest is IPv6 with the last two groups as IPv4; what reads it wants a zero behind the text.
        guard (2...45).contains(text.count),
            text.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") })
        else { return nil }
        let isIPv6 = text.contains(UInt8(ascii: ":"))
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { copy -> AddressNumber? in
            for at in text.indices { copy[at] = CChar(bitPattern: text[at]) }
            copy[text.count] = 0
            guard let start = copy.baseAddress else { return nil }
            var words: (UInt64, UInt64) = (0, 0)
            let isRead = withUnsafeMutableBytes(of: &words) { bytes in
                inet_pton(isIPv6 ? AF_INET6 : AF_INET, start, bytes.baseAddress) == 1
            }
            guard isRead else { return nil }
            return AddressNumber(
                first: UInt64(bigEndian: words.0), second: UInt64(bigEndian: words.1), isIPv6: isIPv6,
                networkBits: UInt8(AddressNumber.bits(isIPv6: isIPv6)))
        }
    }
}
