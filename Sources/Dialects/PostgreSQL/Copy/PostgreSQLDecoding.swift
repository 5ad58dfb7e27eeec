import TCPostgreSQL

/// How one column's binary values are read: the counterpart of its type's `_send` function.
enum PostgreSQLDecoding {
    case integer
    /// Unsigned whole numbers.
    case oid
    case real
    case boolean
    case text
    /// `character(n)`, whose blanks at the end mean nothing (https://www.postgresql.org/docs/current/datatype-character.html).
    case padded
    case json
    case bytea
    case numeric
    case date
    case time
    case timestamp
    case timestamptz
    case interval
    case uuid
    /// The type's own binary form, to be passed on to another server.
    case raw

    /// Finds the decoding of a type; `nil` if its binary form is not known here.
    init?(type: Oid) {
        switch type {
        case PostgreSQLType.int2, PostgreSQLType.int4, PostgreSQLType.int8: self = .integer
        case PostgreSQLType.oid: self = .oid
        case PostgreSQLType.float4, PostgreSQLType.float8: self = .real
        case PostgreSQLType.boolean: self = .boolean
        case PostgreSQLType.text, PostgreSQLType.varchar, PostgreSQLType.name, PostgreSQLType.json: self = .text
        case PostgreSQLType.bpchar: self = .padded
        case PostgreSQLType.jsonb: self = .json
        case PostgreSQLType.bytea: self = .bytea
        case PostgreSQLType.numeric: self = .numeric
        case PostgreSQLType.date: self = .date
        case PostgreSQLType.time: self = .time
        case PostgreSQLType.timestamp: self = .timestamp
        case PostgreSQLType.timestamptz: self = .timestamptz
        case PostgreSQLType.interval: self = .interval
        case PostgreSQLType.uuid: self = .uuid
        default: return nil
        }
    }

    /// Decodes a value. Text that is made here lies in the column's scratch buffer. The bytes are as the server sent them. Their
    /// length follows from their type, and a value of another length is passed on as bytes.
    func decode(_ bytes: UnsafeRawBufferPointer, _ scratch: RowScratch, _ column: Int) -> RawValue {
        switch (self, bytes.count) {
        case (.integer, 2): return .integer(Int64(bytes.integer(at: 0, Int16.self)))
        case (.integer, 4): return .integer(Int64(bytes.integer(at: 0, Int32.self)))
        case (.integer, 8): return .integer(bytes.integer(at: 0, Int64.self))
        case (.oid, 4): return .integer(Int64(bytes.integer(at: 0, UInt32.self)))
        case (.real, 4): return .real(Double(Float(bitPattern: bytes.integer(at: 0, UInt32.self))))
        case (.real, 8): return .real(Double(bitPattern: bytes.integer(at: 0, UInt64.self)))
        case (.boolean, 1): return .boolean(bytes[0] != 0)
        case (.text, _): return .text(bytes)
        case (.padded, _):
            let end = bytes.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
            return .text(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        // jsonb begins with a version byte.
        case (.json, 1...): return .text(UnsafeRawBufferPointer(rebasing: bytes[1...]))
        case (.numeric, 8...): return .text(scratch.make(column) { _ = $0.append(textOfNumeric: bytes) })
        case (.date, 4): return .text(scratch.make(column) { $0.append(date: bytes.integer(at: 0, Int32.self)) })
        case (.time, 8): return .text(scratch.make(column) { $0.append(time: bytes.integer(at: 0, Int64.self)) })
        case (.timestamp, 8):
            return .text(scratch.make(column) { $0.append(timestamp: bytes.integer(at: 0, Int64.self)) })
        case (.timestamptz, 8):
            return .text(scratch.make(column) { $0.append(timestamp: bytes.integer(at: 0, Int64.self), suffix: "Z") })
        case (.interval, 16):
            let interval = IntervalNumber(
                months: bytes.integer(at: 12, Int32.self), days: bytes.integer(at: 8, Int32.self),
                microseconds: bytes.integer(at: 0, Int64.self))
            return .text(scratch.make(column) { $0.append(interval: interval) })
        case (.uuid, 16):
            let words = (bytes.integer(at: 0, UInt64.self), bytes.integer(at: 8, UInt64.self))
            return .text(scratch.make(column) { $0.append(uuid: words) })
        case (.integer, _), (.oid, _), (.real, _), (.boolean, _), (.json, _), (.bytea, _), (.numeric, _), (.date, _),
            (.time, _),
            (.timestamp, _), (.timestamptz, _), (.interval, _), (.uuid, _), (.raw, _):
            return .blob(bytes)
        }
    }
}

extension PostgreSQLDecoding {
    /// Returns the number as which a date or a time is compared. The server counts as `CalendarNumber` does, so the value need
    /// not be written out and read again. Returns `nil` for every other value, and for values that `CalendarNumber` does not
    /// read: infinity, 24:00, years before 1 and after 9999.
    func calendarNumber(_ bytes: UnsafeRawBufferPointer, as form: CanonicalForm) -> Int64? {
        switch (form, self, bytes.count) {
        case (.moment, .timestamp, 8), (.moment, .timestamptz, 8), (.reading, .timestamp, 8):
            bytes.integer(at: 0, Int64.self).within(CalendarNumber.readableMicroseconds)
        case (.date, .date, 4): Int64(bytes.integer(at: 0, Int32.self)).within(CalendarNumber.readableDays)
        case (.time, .time, 8): bytes.integer(at: 0, Int64.self).within(0..<CalendarNumber.microsecondsPerDay)
        case (.integer, _, _), (.real, _, _), (.decimal, _, _), (.boolean, _, _), (.text, _, _), (.padded, _, _),
            (.bytes, _, _),
            (.moment, _, _), (.reading, _, _), (.date, _, _), (.time, _, _), (.interval, _, _), (.address, _, _),
            (.uuid, _, _), (.json, _, _), (.stored, _, _):
            nil
        }
    }

    /// Returns the decimal as which a value is compared, without writing it out and reading it again; `nil` for every other
    /// value, and for a decimal of many digits.
    func smallDecimal(_ bytes: UnsafeRawBufferPointer, as form: CanonicalForm) -> SmallDecimal? {
        guard case (.decimal, .numeric) = (form, self) else { return nil }
        return SmallDecimal(numeric: bytes)
    }
}

extension Int64 {
    @inline(__always)
    fileprivate func within(_ range: Range<Int64>) -> Int64? { range.contains(self) ? self : nil }
}

extension OutputBuffer {
    /// Appends a UUID's 128 bits as text, in lower case.
    mutating func append(uuid words: (UInt64, UInt64)) {
        for at in 0..<32 {
            if at == 8 || at == 12 || at == 16 || at == 20 { append(ascii: "-") }
            let word = at < 16 ? words.0 : words.1
            append(hexadecimal: UInt8(truncatingIfNeeded: word >> UInt64(60 - at % 16 * 4)) & 0xF)
        }
    }

    private mutating func append(hexadecimal digit: UInt8) {
        append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
}

extension UnsafeRawBufferPointer {
    /// Returns a number that is stored in network order.
    @inline(__always)
    func integer<Number: FixedWidthInteger>(at offset: Int, _ type: Number.Type) -> Number {
        Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
