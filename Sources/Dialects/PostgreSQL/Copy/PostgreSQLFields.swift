// The fields of `COPY … FROM STDIN (FORMAT binary)`: each value in the bytes of its column's encoding.

extension OutputBuffer {
    /// Appends a field for each value. Returns the first column whose value does not fit, for which nothing is appended; `nil` if
    /// all values fit.
    mutating func append(_ row: borrowing RawRow, as encodings: [PostgreSQLEncoding]) -> Int? {
        for column in encodings.indices where !append(field: row[column], as: encodings[column]) { return column }
        return nil
    }

    /// Appends one field: its length, then its bytes. Returns false, and appends nothing, if the value does not fit.
    mutating func append(field value: RawValue, as encoding: PostgreSQLEncoding) -> Bool {
        if case .null = value {
            append(Int32(-1))
            return true
        }
        let header = count
        append(Int32(0))
        guard append(value, as: encoding) else {
            truncate(to: header)
            return false
        }
        // The server refuses a field of more than 2 GiB, and SQLite's limit lies below that.
        replace(at: header, with: Int32(truncatingIfNeeded: length(from: header + 4)))
        return true
    }

    /// Appends a value's bytes. It may leave half a value behind when it returns false.
    private mutating func append(_ value: RawValue, as encoding: PostgreSQLEncoding) -> Bool {
        switch encoding {
        case .int2: append(exactly: value.wholeNumber.flatMap { Int16(exactly: $0) })
        case .int4: append(exactly: value.wholeNumber.flatMap { Int32(exactly: $0) })
        case .int8: append(exactly: value.wholeNumber)
        case .float4: append(exactly: value.double.flatMap { Self.float($0)?.bitPattern })
        case .float8: append(exactly: value.double?.bitPattern)
        case .numeric: appendNumeric(value, limit: .none, isLimited: false)
        case .decimal(let precision, let scale):
            appendNumeric(value, limit: .init(whole: precision - scale, scale: scale), isLimited: true)
        case .text, .cast: appendText(value, limit: .max)
        case .provenText: appendText(value, limit: .max, isProven: true)
        case .varchar(let length): appendText(value, limit: length)
        case .character(let length): !value.losesBlanks(in: length) && appendText(value, limit: length)
        case .boolean: append(exactly: value.truth.map { UInt8($0 ? 1 : 0) })
        case .timestamptz(let digits): append(value.text.flatMap { Self.timestamptz($0) }, digits: digits)
        case .timestamp(let digits): append(value.text.flatMap { Self.timestamp($0) }, digits: digits)
        case .time(let digits): append(value.text.flatMap { Self.time($0) }, digits: digits)
        case .date: append(exactly: value.text.flatMap { CalendarNumber.date($0) ?? PostgreSQLSpecialMoments.date($0) })
        case .interval: append(value.interval)
        case .inet: append(value.text.flatMap { AddressText.number($0) })
        case .uuid: appendUUID(value)
        case .json: value.text.map { JSONDigest.of($0) != nil } ?? true && appendText(value, limit: .max)
        case .jsonb: appendJSON(value)
        case .provenJSON: appendJSON(value, isProven: true)
        case .bytea: appendBytes(value)
        case .raw: appendRaw(value)
        }
    }

    @inline(__always)
    private mutating func append<Number: FixedWidthInteger>(exactly number: Number?) -> Bool {
        guard let number else { return false }
        append(number)
        return true
    }

    /// Returns the same number in 32 bits; `nil` if they do not hold it.
    private static func float(_ number: Double) -> Float? { number.isNaN ? Float.nan : Float(exactly: number) }

    private static func timestamptz(_ text: UnsafeRawBufferPointer) -> Int64? {
        CalendarNumber.timestamp(text, zone: .optional) ?? PostgreSQLSpecialMoments.timestamp(text, suffix: "Z")
    }

    private static func timestamp(_ text: UnsafeRawBufferPointer) -> Int64? {
        CalendarNumber.reading(text) ?? PostgreSQLSpecialMoments.timestamp(text)
    }

    private static func time(_ text: UnsafeRawBufferPointer) -> Int64? {
        CalendarNumber.time(text) ?? PostgreSQLSpecialMoments.time(text)
    }

    /// Appends a decimal. A type that limits its digits holds NaN, and no infinity
    /// (https://www.postgresql.org/docs/current/datatype-numeric.html).
    private mutating func appendNumeric(_ value: RawValue, limit: PostgreSQLNumeric.Limit, isLimited: Bool) -> Bool {
        switch value {
        case .text(let bytes):
            if append(numeric: bytes, limit: limit) { return true }
            guard let special = PostgreSQLNumeric.Sign(special: bytes), special == .nan || !isLimited else {
                return false
            }
            appendNumeric(special)
            return true
        case .integer(let number):
            if let small = SmallDecimal(number) { return append(small, showing: 0, limit: limit) }
            return number.withDigits { append(numeric: $0, limit: limit) }
        case .real(let number):
            if number.isNaN {
                guard !isLimited else { return false }
                appendNumeric(.nan)
                return true
            }
            // A decimal can't have the sign of -0.0.
            if number == 0 && number.sign == .minus { return false }
            if let small = SmallDecimal(number) { return append(small, showing: 1, limit: limit) }
            // Texts of more than 15 characters cost an allocation, but columns that mix reals into decimals are rare.
            var text = number.description
            return text.withUTF8 { append(numeric: UnsafeRawBufferPointer($0), limit: limit) }
        case .null, .boolean, .blob: return false
        }
    }

    /// Appends a text. A number among texts is written as SQLite and PostgreSQL both cast it.
    private mutating func appendText(_ value: RawValue, limit: Int, isProven: Bool = false) -> Bool {
        let start = count
        switch value {
        case .text(let bytes):
            if !isProven {
                guard let characters = UTF8Text.characters(in: bytes), characters <= limit else { return false }
            }
            append(bytes)
            return true
        case .integer(let number): append(digits: number)
        case .real(let number): append(text: number)
        case .null, .boolean, .blob: return false
        }
        return count - start <= limit
    }

    /// Appends a moment or a clock time in microseconds. Returns false if that would lose decimals of a second beyond `digits`.
    @inline(__always)
    private mutating func append(_ microseconds: Int64?, digits: Int) -> Bool {
        guard let microseconds else { return false }
        let isInfinite = microseconds == .max || microseconds == .min
        guard digits == 6 || isInfinite || microseconds % Self.unit(digits) == 0 else { return false }
        append(microseconds)
        return true
    }

    private static func unit(_ digits: Int) -> Int64 { (digits..<6).reduce(1) { unit, _ in unit * 10 } }

    private mutating func append(_ interval: IntervalNumber?) -> Bool {
        guard let interval else { return false }
        append(interval.microseconds)
        append(interval.days)
        append(interval.months)
        return true
    }

    /// Appends the family, the bits of the network, whether the value is a `cidr`, and the number of bytes that follow
    /// (`inet_recv`). The families have the server's own numbers, whatever the system's numbers are.
    private mutating func append(_ address: AddressNumber?) -> Bool {
        guard let address else { return false }
        append(UInt8(address.isIPv6 ? 3 : 2))
        append(address.networkBits)
        append(UInt8(0))
        append(UInt8(address.isIPv6 ? 16 : 4))
        if address.isIPv6 {
            append(address.first)
            append(address.second)
        } else {
            append(UInt32(truncatingIfNeeded: address.first >> 32))
        }
        return true
    }

    private mutating func appendUUID(_ value: RawValue) -> Bool {
        guard let words = value.uuid else { return false }
        append(words.0)
        append(words.1)
        return true
    }

    /// Appends a version byte of 1 and the text (`jsonb_recv`). Text that is not JSON must not reach the server, whose error
    /// would end the copy.
    private mutating func appendJSON(_ value: RawValue, isProven: Bool = false) -> Bool {
        append(UInt8(1))
        switch value {
        case .text(let bytes):
            guard isProven || JSONDigest.of(bytes) != nil else { return false }
            append(bytes)
        case .integer(let number): append(digits: number)
        case .real(let number):
            guard number.isFinite else { return false }
            append(text: number)
        case .null, .boolean, .blob: return false
        }
        return true
    }

    private mutating func appendRaw(_ value: RawValue) -> Bool {
        guard case .blob(let bytes) = value else { return false }
        append(bytes)
        return true
    }

    private mutating func appendBytes(_ value: RawValue) -> Bool {
        switch value {
        case .blob(let bytes), .text(let bytes): append(bytes)
        // Numbers among blobs are written as among texts.
        case .integer(let number): append(digits: number)
        case .real(let number): append(text: number)
        case .null, .boolean: return false
        }
        return true
    }
}

extension RawValue {
    /// Whether a text has blanks at its end and is shorter than `character(length)`, which then does not keep how many they are.
    func losesBlanks(in length: Int) -> Bool {
        guard case .text(let bytes) = self, bytes.last == UInt8(ascii: " ") else { return false }
        return UTF8Text.characters(in: bytes) ?? 0 < length
    }

    fileprivate var text: UnsafeRawBufferPointer? {
        if case .text(let bytes) = self { bytes } else { nil }
    }

    /// The whole number that exactly equals the value. A text must have that number's own form, without leading zeros.
    var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .real(let number): Int64(exactly: number)
        case .boolean(let truth): truth ? 1 : 0
        case .text(let bytes): RawValue.wholeNumber(bytes)
        case .null, .blob: nil
        }
    }

    private static func wholeNumber(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        var reader = ASCIIReader(bytes)
        let isNegative = reader.skip("-")
        guard let first = reader.digit(), first != 0 || (bytes.count == 1) else { return nil }
        // The digits are subtracted, because the smallest number has no positive counterpart.
        var number = Int64(-first)
        while let digit = reader.digit() {
            let (shifted, overflows) = number.multipliedReportingOverflow(by: 10)
            let (next, overflowsToo) = shifted.subtractingReportingOverflow(Int64(digit))
            if overflows || overflowsToo { return nil }
            number = next
        }
        guard reader.isAtEnd, isNegative || number != .min else { return nil }
        return isNegative ? number : -number
    }

    /// The value as a span of time. A number counts microseconds.
    var interval: IntervalNumber? {
        switch self {
        case .integer(let number): IntervalNumber(microseconds: number)
        case .text(let bytes): IntervalText.number(bytes)
        case .null, .boolean, .real, .blob: nil
        }
    }

    /// The double that exactly equals the value. A text must show the double digit for digit.
    var double: Double? {
        switch self {
        case .real(let number): number
        case .integer(let number): Double(exactly: number)
        case .text(let bytes): DoubleText.number(bytes)
        case .null, .boolean, .blob: nil
        }
    }

    /// The value as true or false, as a boolean column accepts it.
    var truth: Bool? {
        switch self {
        case .boolean(let truth): truth
        case .integer(let number): number == 0 ? false : number == 1 ? true : nil
        case .text(let bytes): BooleanText.truth(bytes)
        case .null, .real, .blob: nil
        }
    }
}
