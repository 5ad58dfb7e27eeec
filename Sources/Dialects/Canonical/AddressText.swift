import TCPOSIX

/// An address of a host or a network, as PostgreSQL's `inet` keeps it
/// (https://www.postgresql.org/docs/current/datatype-net-types.html).
struct AddressNumber: Equatable {
    /// The address in network order, with its first byte highest. An IPv4 address takes the upper 32 bits of `first`.
    var first: UInt64
    var second: UInt64
    var isIPv6: Bool
    /// The number of bits that name the network; all bits of the address for a host.
    var networkBits: UInt8

    fileprivate static func bits(isIPv6: Bool) -> Int { isIPv6 ? 128 : 32 }
}

/// Reads addresses: `192.0.2.1`, `2001:db8::1`, either with or without `/bits` behind it.
package enum AddressText {
    /// Returns whether the text is the address of a host.
    package static func isHost(_ text: UnsafeRawBufferPointer) -> Bool {
        !text.contains(UInt8(ascii: "/")) && address(text) != nil
    }

    /// Reads an address; `nil` for any other text. A zone (`%eth0`) or fewer than four numbers are not accepted, as neither
    /// Django nor PostgreSQL takes them.
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
        // The longest address is IPv6 with the last two groups as IPv4. The C function that reads it needs a zero behind the
        // text.
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
