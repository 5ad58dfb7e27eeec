/// A value that goes into a statement or came out of a row.
public enum Value: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case boolean(Bool)
    case text(String)
    case blob([UInt8])
}

extension Value {
    public var isNull: Bool { self == .null }

    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        case .text(let value): Int64(value)
        case .null, .real, .blob: nil
        }
    }

    public var text: String? {
        switch self {
        case .text(let value): value
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .boolean(let value): value ? "true" : "false"
        case .null, .blob: nil
        }
    }

    /// SQLite has no booleans: 0 and 1 count.
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

/// One value of a row, borrowed from the driver: its bytes are gone when the cursor moves on.
public enum RawValue {
    case null
    case integer(Int64)
    case real(Double)
    case boolean(Bool)
    case text(UnsafeRawBufferPointer)
    case blob(UnsafeRawBufferPointer)
}

extension RawValue {
    /// Whether `copied` says all that is there: text that is UTF-8, and ends at no NUL.
    public var isWhole: Bool {
        switch self {
        case .null, .integer, .real, .boolean, .blob: true
        case .text(let bytes): UTF8Text.characters(in: bytes) != nil
        }
    }

    /// A copy that outlives the row. Text that is not UTF-8 is repaired: ask the bytes when that matters.
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
