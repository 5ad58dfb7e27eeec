/// The form in which a column's values are written into STRICT tables. Every type that is stored as TEXT or INTEGER has a
/// single form, so that the order of text is the order of time, and equal values are equal bytes.
enum SQLiteEncoding {
    /// A value that is stored unchanged, in a column that accepts any value.
    case stored
    /// A whole number of 16 bits.
    case smallint
    /// A whole number of 32 bits.
    case integer
    /// A whole number of 64 bits.
    case bigint
    case real
    case bytes
    case boolean
    /// Text. Numbers become text in the form in which both databases cast them.
    case text
    case varchar(Int)
    case json
    case decimal
    /// A timestamp in UTC: as RFC 3339 in the uniform style, else as SQLite's own functions write it, without a zone.
    case timestamp(MomentStyle)
    case datetime(MomentStyle)
    case date
    case time(MomentStyle)
    /// A span of time in the form that PostgreSQL writes.
    case interval
    case uuid

    init(_ type: ColumnType, _ style: MomentStyle = .uniform) {
        switch type {
        case .native: self = .stored
        case .smallint: self = .smallint
        case .integer: self = .integer
        case .bigint: self = .bigint
        case .real: self = .real
        case .bytes: self = .bytes
        case .boolean: self = .boolean
        case .text: self = .text
        case .json, .jsonText: self = .json
        case .varchar(let length): self = .varchar(length)
        case .decimal, .numeric: self = .decimal
        case .timestamp: self = .timestamp(style)
        case .datetime: self = .datetime(style)
        case .date: self = .date
        case .time: self = .time(style)
        case .interval: self = .interval
        case .uuid: self = .uuid
        }
    }

    /// The reason why a value does not fit, for messages.
    var refusal: String {
        switch self {
        case .stored: "is of another storage class"
        case .smallint: "is not a whole number of 16 bits"
        case .integer: "is not a whole number of 32 bits"
        case .bigint: "is not a whole number of 64 bits"
        case .text: "is not text"
        case .bytes: "is neither bytes, text nor a number"
        case .real: "is not exact as a double"
        case .boolean: "is neither true nor false"
        case .varchar(let length): "is longer than \(length) characters"
        case .json: "is not JSON text"
        case .decimal: "is not a decimal number"
        case .timestamp: "is not a timestamp"
        case .datetime: "is not a timestamp without a zone"
        case .date: "is not a date"
        case .time: "is not a time of day"
        case .interval: "is not a span of time"
        case .uuid: "is not a uuid"
        }
    }

    /// Returns the value in its column's form; `nil` if it is incompatible. A converted value is stored in the column's scratch
    /// buffer.
    @inline(__always)
    func shaped(_ value: RawValue, _ scratch: RowScratch, _ column: Int) -> RawValue? {
        if case .null = value { return value }
        switch self {
        case .stored: return value
        // SQLite would refuse such values too, but with an error that ends the copy.
        case .smallint: return value.wholeNumber.flatMap { Int16(exactly: $0) == nil ? nil : .integer($0) }
        case .integer: return value.wholeNumber.flatMap { Int32(exactly: $0) == nil ? nil : .integer($0) }
        case .bigint: return value.wholeNumber.map { .integer($0) }
        case .real: return Self.real(value)
        case .bytes: return Self.bytes(value, scratch, column)
        case .boolean: return value.truth.map { .integer($0 ? 1 : 0) }
        case .text: return Self.text(value, scratch, column)
        case .varchar(let length):
            guard case .text(let bytes)? = Self.text(value, scratch, column) else { return nil }
            return UTF8Text.characters(in: bytes) ?? .max <= length ? .text(bytes) : nil
        case .json:
            guard case .text(let bytes)? = Self.text(value, scratch, column) else { return nil }
            return JSONDigest.of(bytes) != nil ? .text(bytes) : nil
        case .decimal:
            guard case .text(let bytes)? = Self.text(value, scratch, column) else { return nil }
            return DecimalText(bytes) != nil || bytes.isSpecialNumber ? .text(bytes) : nil
        case .interval:
            return value.interval.map { interval in .text(scratch.make(column) { $0.append(interval: interval) }) }
        case .uuid: return value.uuid.map { words in .text(scratch.make(column) { $0.append(uuid: words) }) }
        case .timestamp, .datetime, .date, .time:
            guard case .text(let bytes) = value else { return nil }
            return shaped(bytes, scratch, column)
        }
    }

    private func shaped(_ bytes: UnsafeRawBufferPointer, _ scratch: RowScratch, _ column: Int) -> RawValue? {
        switch self {
        case .timestamp(let style):
            Self.shaped(bytes, CalendarNumber.timestamp(bytes, zone: .optional)) { moment in
                scratch.make(column) { buffer in
                    if style.isBrief {
                        buffer.append(timestamp: moment, isBrief: true)
                    } else {
                        buffer.append(timestamp: moment, separator: "T", suffix: "Z")
                    }
                }
            }
        case .datetime(let style):
            Self.shaped(bytes, CalendarNumber.timestamp(bytes, zone: .none)) { moment in
                scratch.make(column) { $0.append(timestamp: moment, isBrief: style.isBrief) }
            }
        case .date: Self.shaped(bytes, CalendarNumber.date(bytes)) { _ in CalendarNumber.day(of: bytes) }
        case .time(let style):
            Self.shaped(bytes, CalendarNumber.time(bytes)) { time in
                scratch.make(column) { buffer in
                    if style == .briefWithDay {
                        buffer.append(text: CalendarNumber.firstDay)
                        buffer.append(ascii: " ")
                    }
                    buffer.append(time: time, isBrief: style.isBrief)
                }
            }
        case .stored, .smallint, .integer, .bigint, .real, .bytes, .boolean, .text, .varchar, .json, .decimal,
            .interval, .uuid:
            .text(bytes)
        }
    }

    /// Returns a double. SQLite would silently round an integer, and would store NULL for NaN
    /// (https://www.sqlite.org/datatype3.html, section 3; https://www.sqlite.org/floatingpoint.html).
    private static func real(_ value: RawValue) -> RawValue? {
        switch value {
        case .real(let number): number.isNaN ? nil : value
        case .integer(let number): Int64(exactly: Double(number)) == number ? value : nil
        case .text(let bytes): real(shownBy: bytes)
        case .null, .boolean, .blob: nil
        }
    }

    /// Returns the double that a text shows. A REAL column drops the sign of -0.0.
    private static func real(shownBy text: UnsafeRawBufferPointer) -> RawValue? {
        guard let number = DoubleText.number(text), !number.isNaN else { return nil }
        return number == 0 && number.sign == .minus ? nil : .real(number)
    }

    /// Returns bytes. A BLOB column of a STRICT table refuses text; a number in such a column is written as it would be in a
    /// text column.
    private static func bytes(_ value: RawValue, _ scratch: RowScratch, _ column: Int) -> RawValue? {
        if case .blob = value { return value }
        guard case .text(let bytes)? = text(value, scratch, column) else { return nil }
        return .blob(bytes)
    }

    private static func text(_ value: RawValue, _ scratch: RowScratch, _ column: Int) -> RawValue? {
        switch value {
        case .text: value
        case .integer(let number): .text(scratch.make(column) { $0.append(digits: number) })
        case .real(let number): .text(scratch.make(column) { $0.append(text: number) })
        case .null, .boolean, .blob: nil
        }
    }

    /// Returns a text in the form that a column of this type has in SQLite.
    static func literal(_ text: String, as type: ColumnType) throws(Untranslatable) -> String {
        let scratch = RowScratch(columns: 1)
        let result: String? = Array(text.utf8).withUnsafeBytes { bytes in
            guard case .text(let bytes)? = SQLiteEncoding(type).shaped(.text(bytes), scratch, 0) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
        guard let result else { throw Untranslatable("'\(text)' is not a valid \(type.word)") }
        return result
    }

    /// Returns a moment in the form of its type. A value of PostgreSQL's outside of the calendar of four-digit years stays as
    /// PostgreSQL writes it.
    private static func shaped<Number>(
        _ bytes: UnsafeRawBufferPointer, _ number: Number?, _ shape: (Number) -> UnsafeRawBufferPointer
    ) -> RawValue? {
        if let number { return .text(shape(number)) }
        return bytes.isSpecialMoment ? .text(bytes) : nil
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the text is `NaN` or an infinity (https://www.postgresql.org/docs/current/datatype-numeric.html, 8.1.2).
    fileprivate var isSpecialNumber: Bool {
        elementsEqual("NaN".utf8) || elementsEqual("Infinity".utf8) || elementsEqual("-Infinity".utf8)
    }

    /// Whether the text is an infinity, a year before Christ or after 9999, or midnight at the end of a day
    /// (https://www.postgresql.org/docs/current/datatype-datetime.html).
    fileprivate var isSpecialMoment: Bool {
        if elementsEqual("infinity".utf8) || elementsEqual("-infinity".utf8) { return true }
        if suffix(3).elementsEqual(" BC".utf8) || starts(with: "24:00:00".utf8) { return true }
        var reader = ASCIIReader(self)
        while reader.digit() != nil {}
        return reader.at > 4 && reader.peek == UInt8(ascii: "-")
    }
}
