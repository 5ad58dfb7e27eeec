#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A Swift type whose values go into statements as bindings and come out of rows.
///
/// A type of your own conforms by what it is stored as:
///
///     extension Color: ValueConvertible {
///         var value: Value { .text(rawValue) }
///         init?(_ value: Value) { guard let text = value.text else { return nil }; self.init(rawValue: text) }
///     }
public protocol ValueConvertible {
    /// The value that a database stores.
    var value: Value { get }
    /// Creates an instance from a stored value; returns `nil` for a value of another type. Reading loses nothing: 1.5 is not
    /// read as an integer, nor 300 as a `UInt8`.
    init?(_ value: Value)
}

extension Value: ValueConvertible {
    public var value: Value { self }
    public init?(_ value: Value) { self = value }
}

extension String: ValueConvertible {
    public var value: Value { .text(self) }
    public init?(_ value: Value) {
        guard case .text(let text) = value else { return nil }
        self = text
    }
}

extension Bool: ValueConvertible {
    public var value: Value { .boolean(self) }
    /// Reads a truth value. SQLite has no booleans and stores 0 and 1 (https://www.sqlite.org/datatype3.html, 2.1).
    public init?(_ value: Value) {
        switch value {
        case .boolean(let truth): self = truth
        case .integer(0): self = false
        case .integer(1): self = true
        case .null, .integer, .real, .text, .blob: return nil
        }
    }
}

extension ValueConvertible where Self: FixedWidthInteger {
    public var value: Value { .integer(Int64(self)) }
    public init?(_ value: Value) {
        guard case .integer(let number) = value else { return nil }
        self.init(exactly: number)
    }
}

extension Int: ValueConvertible {}
extension Int8: ValueConvertible {}
extension Int64: ValueConvertible {}
extension Int32: ValueConvertible {}
extension Int16: ValueConvertible {}
extension UInt32: ValueConvertible {}
extension UInt16: ValueConvertible {}
extension UInt8: ValueConvertible {}

extension UInt64: ValueConvertible {
    /// The number, as text if it is past the largest that both databases have as an integer.
    public var value: Value { Int64(exactly: self).map { .integer($0) } ?? .text(String(self)) }
    public init?(_ value: Value) {
        switch value {
        case .integer(let number): self.init(exactly: number)
        case .text(let text): self.init(text)
        case .null, .boolean, .real, .blob: return nil
        }
    }
}

extension UInt: ValueConvertible {
    public var value: Value { UInt64(self).value }
    public init?(_ value: Value) {
        guard let number = UInt64(value) else { return nil }
        self.init(exactly: number)
    }
}

extension Float: ValueConvertible {
    public var value: Value { .real(Double(self)) }
    /// Reads a real number that has no more digits than 32 bits hold. PostgreSQL writes the digits of its `real`, so that 0.1 arrives
    /// as 0.1, which is not exactly one of 32 bits.
    public init?(_ value: Value) {
        guard let number = Double(value) else { return nil }
        let nearest = Float(number)
        guard number.isNaN || Double(nearest) == number || Double(nearest.description) == number else { return nil }
        self = nearest
    }
}

extension Double: ValueConvertible {
    public var value: Value { .real(self) }
    /// Reads a real number. A whole number in a column of real numbers may arrive as an integer.
    public init?(_ value: Value) {
        switch value {
        case .real(let number): self = number
        case .integer(let number): self.init(exactly: number)
        case .null, .boolean, .text, .blob: return nil
        }
    }
}

extension Decimal: ValueConvertible {
    /// The number's digits as text, because a real number would round them.
    public var value: Value { .text(description) }
    /// Reads an integer, or a number that is written as text and has at most 38 digits, which is what a `Decimal` holds exactly.
    public init?(_ value: Value) {
        switch value {
        case .integer(let number): self.init(number)
        case .text(let text):
            // Foundation would read the beginning of "2026-11-27", and drop digits that it has no room for.
            guard let number = DecimalDigits(text), number.significantDigits <= 38, let read = Decimal(string: text),
                !read.isNaN, read != 0 || number.significantDigits == 0
            else { return nil }
            self = read
        case .null, .real, .boolean, .blob: return nil
        }
    }
}

/// A text that is one decimal number as a whole: `-12.50`, `1e9`.
private struct DecimalDigits {
    /// The number of digits from the first to the last that is not 0.
    let significantDigits: Int

    /// Returns `nil` for any other text.
    init?(_ text: String) {
        var rest = Substring(text).utf8
        Self.dropSign(&rest)
        var digits = Self.takeDigits(&rest)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += Self.takeDigits(&rest)
        }
        guard !digits.isEmpty else { return nil }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            Self.dropSign(&rest)
            guard !Self.takeDigits(&rest).isEmpty else { return nil }
        }
        guard rest.isEmpty else { return nil }
        let zero = UInt8(ascii: "0")
        let first = digits.firstIndex { $0 != zero } ?? digits.count
        significantDigits = (digits.lastIndex { $0 != zero } ?? first - 1) - first + 1
    }

    private static func dropSign(_ rest: inout Substring.UTF8View) {
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    }

    private static func takeDigits(_ rest: inout Substring.UTF8View) -> [UInt8] {
        let digits = rest.prefix { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
        rest = rest[digits.endIndex...]
        return Array(digits)
    }
}

extension [UInt8]: ValueConvertible {
    public var value: Value { .blob(self) }
    public init?(_ value: Value) {
        guard case .blob(let bytes) = value else { return nil }
        self = bytes
    }
}

extension Optional: ValueConvertible where Wrapped: ValueConvertible {
    public var value: Value { self?.value ?? .null }
    public init?(_ value: Value) {
        guard !value.isNull else {
            self = .none
            return
        }
        guard let wrapped = Wrapped(value) else { return nil }
        self = wrapped
    }
}

extension UUID: ValueConvertible {
    /// The UUID in lower case, as PostgreSQL writes it, so that equal UUIDs are equal texts in SQLite.
    public var value: Value { .text(uuidString.lowercased()) }
    public init?(_ value: Value) {
        guard case .text(let text) = value else { return nil }
        self.init(uuidString: text)
    }
}

extension Date: ValueConvertible {
    /// The date, to the microsecond, in the single form of a `.timestamp`: `2026-11-27T06:00:00.000000Z`. A date outside of the
    /// years 1 to 9999, such as `Date.distantPast`, has no such form: it becomes empty bytes, which no column of timestamps takes.
    public var value: Value {
        guard let since1970 = Int64(exactly: (timeIntervalSince1970 * 1e6).rounded()),
            case (let moment, false) = since1970.subtractingReportingOverflow(Self.epoch),
            CalendarNumber.readable(moment) != nil
        else { return .blob([]) }
        var buffer = OutputBuffer(capacity: 32)
        buffer.append(timestamp: moment, separator: "T", suffix: "Z")
        return .text(String(decoding: buffer.bytes, as: UTF8.self))
    }

    /// Reads a timestamp as either database writes it. A timestamp without a zone is in UTC, and a day without a time means its
    /// midnight.
    public init?(_ value: Value) {
        guard case .text(var text) = value else { return nil }
        let moment = text.withUTF8 { characters in
            let bytes = UnsafeRawBufferPointer(characters)
            return CalendarNumber.timestamp(bytes, zone: .optional) ?? CalendarNumber.reading(bytes)
        }
        guard let moment else { return nil }
        self.init(timeIntervalSince1970: Double(moment + Self.epoch) / 1e6)
    }

    /// 1 January 2000, in microseconds since 1970.
    private static let epoch: Int64 = 946_684_800_000_000
}
