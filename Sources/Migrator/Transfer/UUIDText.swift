/// Reads uuids (RFC 9562, section 4).
enum UUIDText {
    /// Whether the text is a uuid in the spelling that PostgreSQL gives back: 8-4-4-4-12 lower-case hexadecimal digits.
    static func isCanonical(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isUUID(bytes) && !bytes.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
    }

    /// The same with digits in any case.
    static func isUUID(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == 36 else { return false }
        return bytes.indices.allSatisfy { at in
            switch at {
            case 8, 13, 18, 23: bytes[at] == UInt8(ascii: "-")
            default:
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at])
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(bytes[at] | 0x20)
            }
        }
    }
}
