/// How a column's values are written into our STRICT tables: what TEXT and INTEGER stand for has one shape, so that the order of
/// text is the order of time, and equal values are equal bytes.
enum SQLiteEncoding {
    /// As it comes: SQLite checks the storage class, or the column takes any.
    case stored
    case integer
    case real
    case bytes
    case boolean
    /// Text; numbers among it as both databases cast them.
    case text
    case varchar(Int)
    case decimal
    /// RFC 3339 in UTC.
    case timestamp
    case datetime
    case date
    case time
    case uuid

    init(_ type: ColumnType) {
        switch type {
        case .native: self = .stored
        case .integer, .bigint: self = .integer
        case .real: self = .real
        case .bytes: self = .bytes
        case .boolean: self = .boolean
        case .text, .json: self = .text
        case .varchar(let length): self = .varchar(length)
        case .decimal, .numeric: self = .decimal
        case .timestamp: self = .timestamp
        case .datetime: self = .datetime
        case .date: self = .date
        case .time: self = .time
        case .uuid: self = .uuid
        }
    }

    /// Why a value does not fit, for people.
    var refusal: String {
        switch self {
        case .stored, .text, .bytes: "is of another kind"
        case .integer: "is no whole number of 64 bits"
        case .real: "is not exact as a double"
        case .boolean: "is neither true nor false"
        case .varchar(let length): "is longer than \(length) characters"
        case .decimal: "is no decimal number"
        case .timestamp: "is no timestamp"
        case .datetime: "is no timestamp without a zone"
        case .date: "is no date"
        case .time: "is no time of day"
        case .uuid: "is no uuid"
        }
    }

    /// The value in its column's shape; `nil` if it is none of the type. What is made here lies in the column's scratch buffer.
    @inline(__always)
    func shaped(_ value: RawValue, _ scratch: PostgreSQLScratch, _ column: Int) -> RawValue? {
        switch (self, value) {
        case (_, .null), (.stored, _), (.text, .text), (.text, .blob), (.bytes, .blob): return value
        // SQLite would refuse it too, but with an error that ends the copy.
        case (.integer, _): return value.wholeNumber.map { .integer($0) }
        case (.real, .real(let number)): return number.isNaN ? nil : value
        case (.real, .integer(let number)): return Int64(exactly: Double(number)) == number ? value : nil
        // A BLOB column of a STRICT table refuses text.
        case (.bytes, .text(let bytes)): return .blob(bytes)
        case (.boolean, _): return value.truth.map { .integer($0 ? 1 : 0) }
        case (.varchar(let length), .text(let bytes)):
            return UTF8Text.characters(in: bytes) ?? .max <= length ? value : nil
        case (.decimal, .text(let bytes)): return DecimalText(bytes) != nil || bytes.isSpecialNumber ? value : nil
        case (.text, _), (.decimal, _), (.varchar, _): return Self.spelled(value, scratch, column)
        case (.timestamp, .text(let bytes)):
            return Self.shaped(bytes, CalendarNumber.timestamp(bytes, zone: .optional)) { moment in
                scratch.make(column) { $0.append(timestamp: moment, separator: "T", suffix: "Z") }
            }
        case (.datetime, .text(let bytes)):
            return Self.shaped(bytes, CalendarNumber.timestamp(bytes, zone: .none)) { moment in
                scratch.make(column) { $0.append(timestamp: moment) }
            }
        case (.date, .text(let bytes)):
            return Self.shaped(bytes, CalendarNumber.date(bytes)) { _ in bytes }
        case (.time, .text(let bytes)):
            return Self.shaped(bytes, CalendarNumber.time(bytes)) { time in
                scratch.make(column) { $0.append(time: time) }
            }
        case (.uuid, .text(let bytes)): return Self.uuid(bytes, scratch, column)
        case (.real, _), (.bytes, _), (.timestamp, _), (.datetime, _), (.date, _), (.time, _), (.uuid, _): return value
        }
    }

    /// What PostgreSQL holds beyond the calendar of four-digit years stays as it writes it.
    private static func shaped<Number>(
        _ bytes: UnsafeRawBufferPointer, _ number: Number?, _ shape: (Number) -> UnsafeRawBufferPointer
    ) -> RawValue? {
        if let number { return .text(shape(number)) }
        return bytes.isSpecialMoment ? .text(bytes) : nil
    }

    private static func spelled(_ value: RawValue, _ scratch: PostgreSQLScratch, _ column: Int) -> RawValue {
        switch value {
        case .integer(let number): .text(scratch.make(column) { $0.append(digits: number) })
        case .real(let number): .text(scratch.make(column) { $0.append(text: number) })
        case .null, .boolean, .text, .blob: value
        }
    }

    private static func uuid(_ bytes: UnsafeRawBufferPointer, _ scratch: PostgreSQLScratch, _ column: Int) -> RawValue?
    {
        guard bytes.count == 36 else { return nil }
        for (at, byte) in bytes.enumerated() {
            let isDash = at == 8 || at == 13 || at == 18 || at == 23
            guard isDash ? byte == UInt8(ascii: "-") : byte.hexadecimalValue != nil else { return nil }
        }
        return .text(
            scratch.make(column) { buffer in
                for byte in bytes { buffer.append((0x41...0x46).contains(byte) ? byte | 0x20 : byte) }
            })
    }
}

extension UnsafeRawBufferPointer {
    /// `NaN` and the infinities: https://www.postgresql.org/docs/current/datatype-numeric.html, 8.1.2.
    fileprivate var isSpecialNumber: Bool {
        elementsEqual("NaN".utf8) || elementsEqual("Infinity".utf8) || elementsEqual("-Infinity".utf8)
    }

    /// The infinities, years before Christ and after 9999, and midnight at the end of a day
    /// (https://www.postgresql.org/docs/current/datatype-datetime.html).
    fileprivate var isSpecialMoment: Bool {
        if elementsEqual("infinity".utf8) || elementsEqual("-infinity".utf8) { return true }
        if suffix(3).elementsEqual(" BC".utf8) || starts(with: "24:00:00".utf8) { return true }
        var reader = ASCIIReader(self)
        while reader.digit() != nil {}
        return reader.at > 4 && reader.peek == UInt8(ascii: "-")
    }
}
