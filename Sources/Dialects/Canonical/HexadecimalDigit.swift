/// The bytes that a PostgreSQL text can hold, in a database whose encoding is UTF-8.
enum PostgreSQLText {
    /// Counts the characters as `varchar(n)` does; `nil` if the bytes are not UTF-8, or hold a NUL, which no text can hold.
    ///
    /// https://www.postgresql.org/docs/current/datatype-character.html
    static func characters(in bytes: UnsafeRawBufferPointer) -> Int? { UTF8Text.characters(in: bytes) }
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
