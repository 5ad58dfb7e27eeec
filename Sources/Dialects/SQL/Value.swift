/// A value that goes into a statement or came out of a row.
public enum Value: Hashable, Sendable {
    /// NULL.
    case null
    /// A whole number of 64 bits.
    case integer(Int64)
    /// A double-precision number.
    case real(Double)
    /// A truth value. SQLite stores it as 0 or 1.
    case boolean(Bool)
    /// Text.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

extension Value {
    /// Whether the value is NULL.
    public var isNull: Bool { self == .null }

    /// The value as a whole number. A text is read as digits, and a truth value is 0 or 1; `nil` for other values.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        case .text(let value): Int64(value)
        case .null, .real, .blob: nil
        }
    }

    /// The value as text; `nil` for NULL and for bytes.
    public var text: String? {
        switch self {
        case .text(let value): value
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .boolean(let value): value ? "true" : "false"
        case .null, .blob: nil
        }
    }

    /// The value as a truth value. A number is true unless it is 0; a text is true if it is `t` or `true`; `nil` for other
    /// values.
    public var boolean: Bool? {
        switch self {
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .text(let value): value == "t" || value == "true"
        case .null, .real, .blob: nil
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(nilLiteral: ()) { self = .null }
}

/// One value of a row, borrowed from the driver: its bytes are valid until the cursor moves on.
public enum RawValue {
    /// NULL.
    case null
    /// A whole number of 64 bits.
    case integer(Int64)
    /// A double-precision number.
    case real(Double)
    /// A truth value. Only PostgreSQL delivers it.
    case boolean(Bool)
    /// The bytes of a text as the database holds them, which are not always UTF-8.
    case text(UnsafeRawBufferPointer)
    /// Bytes.
    case blob(UnsafeRawBufferPointer)
}

extension RawValue {
    /// Whether `copied` keeps the whole value: a text must be UTF-8 and contain no NUL.
    public var isWhole: Bool {
        switch self {
        case .null, .integer, .real, .boolean, .blob: true
        case .text(let bytes): UTF8Text.characters(in: bytes) != nil
        }
    }

    /// A copy that outlives the row. Bytes that are not UTF-8 are replaced in the copy (see `isWhole`).
    public var copied: Value {
        switch self {
        case .null: .null
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .boolean(let value): .boolean(value)
        case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): .blob(Array(bytes))
        }
    }
}
