/// The digest of one row's values in canonical form, computed value by value without an object for any of them.
package struct RowDigest: Hashable, Sendable {
    /// The mark before each value. `foreign` marks a value that its column's form can't read: it is compared as what it is, so it
    /// differs from every value that the form can read.
    private enum Mark: UInt64 { case null = 1, value, foreign }

    private var digest = Digest()

    /// Makes the digest of a row without values. `add` takes the values one by one.
    package init() {}

    /// Makes the digest of a row's values. Columns without a form are left out.
    package init(of row: borrowing RawRow, as forms: [CanonicalForm?]) {
        for column in forms.indices {
            if let form = forms[column] { add(row[column], as: form) }
        }
    }

    /// Adds the next column's value.
    @inline(__always)
    package mutating func add(_ value: RawValue, as form: CanonicalForm) {
        if case .null = value { return digest.mix(Mark.null.rawValue) }
        digest.mix(Mark.value.rawValue)
        switch form {
        case .integer: add(integer: value)
        case .real: add(real: value)
        case .decimal: add(decimal: value)
        case .boolean: add(boolean: value)
        case .text, .bytes: addBytes(value)
        case .padded: add(padded: value)
        case .moment: add(number: value.bytes.flatMap { CalendarNumber.reading($0, zone: .optional) }, value)
        case .reading: add(number: value.bytes.flatMap { CalendarNumber.reading($0) }, value)
        case .date: add(number: value.bytes.flatMap { CalendarNumber.date($0).map(Int64.init) }, value)
        case .time: add(number: value.bytes.flatMap { CalendarNumber.time($0) }, value)
        case .interval: add(interval: value)
        case .address: add(address: value)
        case .uuid: add(uuid: value)
        case .json: add(json: value)
        case .stored: add(stored: value)
        }
    }

    /// Adds the next column's value, a date or a time, given as the number that its text would be read as.
    @inline(__always)
    mutating func add(calendar number: Int64) {
        digest.mix(Mark.value.rawValue)
        digest.mix(UInt64(bitPattern: number))
    }

    /// Adds the next column's value, a decimal, with the same result as its text.
    @inline(__always)
    mutating func add(decimal: SmallDecimal) {
        digest.mix(Mark.value.rawValue)
        mix(decimal)
    }

    var result: Digest { digest }

    /// One word of the digest, by which rows are sorted into buckets.
    package var word: UInt64 { digest.word }

    private mutating func add(integer value: RawValue) {
        switch value {
        case .integer(let number): digest.mix(UInt64(bitPattern: number))
        case .boolean(let flag): digest.mix(flag ? 1 : 0)
        case .real(let number): add(number: Int64(exactly: number), value)
        case .text(let bytes): add(number: Int64(String(decoding: bytes, as: UTF8.self)), value)
        case .null, .blob: addForeign(value)
        }
    }

    /// Adds a real bit for bit, so that -0.0 is not 0.0. Every NaN is the same value.
    private mutating func add(real value: RawValue) {
        let number: Double? =
            switch value {
            case .real(let number): number
            case .integer(let number): Double(exactly: number)
            case .text(let bytes): DoubleText.number(bytes)
            case .null, .boolean, .blob: nil
            }
        guard let number else { return addForeign(value) }
        digest.mix(number.isNaN ? Double.nan.bitPattern : number.bitPattern)
    }

    private mutating func add(decimal value: RawValue) {
        let isDecimal =
            switch value {
            case .text(let bytes): RowDigest.mix(decimal: bytes, into: &digest)
            case .integer(let number): mix(decimal: number)
            case .real(let number): mix(decimal: number)
            case .null, .boolean, .blob: false
            }
        if !isDecimal { addForeign(value) }
    }

    private mutating func mix(decimal number: Int64) -> Bool {
        guard let small = SmallDecimal(number) else {
            return number.withDigits { RowDigest.mix(decimal: $0, into: &digest) }
        }
        mix(small)
        return true
    }

    private mutating func mix(decimal number: Double) -> Bool {
        if let small = SmallDecimal(number) {
            mix(small)
            return true
        }
        var text = number.description
        return text.withUTF8 { RowDigest.mix(decimal: UnsafeRawBufferPointer($0), into: &digest) }
    }

    /// Mixes a decimal, with the same result as `mix(decimal:into:)` of its text.
    private mutating func mix(_ decimal: SmallDecimal) {
        var packed: UInt64 = 0
        var count: UInt64 = 0
        var rest = decimal.digits
        while rest > 0 {
            packed |= (rest % 10) << (4 * count)
            count += 1
            rest /= 10
        }
        digest.mix(packed)
        digest.mix(count << 1 | (decimal.isNegative ? 1 : 0))
        digest.mix(UInt64(bitPattern: Int64(decimal.power)))
    }

    /// Mixes the digits from the first to the last that is not zero, the sign, and the power of ten of the last digit.
    static func mix(decimal bytes: UnsafeRawBufferPointer, into digest: inout Digest) -> Bool {
        guard let decimal = DecimalText(bytes) else { return false }
        var packed: UInt64 = 0
        var count = 0
        let power = decimal.canonicalDigits { digit in
            packed = packed << 4 | UInt64(digit)
            count += 1
            if count & 15 == 0 {
                digest.mix(packed)
                packed = 0
            }
        }
        digest.mix(packed)
        digest.mix(UInt64(count) << 1 | (decimal.isNegative && !decimal.isZero ? 1 : 0))
        digest.mix(UInt64(bitPattern: Int64(power)))
        return true
    }

    private mutating func add(boolean value: RawValue) {
        switch value {
        case .boolean(let flag): digest.mix(flag ? 1 : 0)
        case .integer(let number) where number == 0 || number == 1: digest.mix(UInt64(number))
        case .text(let bytes): add(number: BooleanText.truth(bytes).map { $0 ? 1 : 0 }, value)
        case .null, .integer, .real, .blob: addForeign(value)
        }
    }

    /// Adds the bytes of a text or blob. A number among them is written as both databases cast it.
    private mutating func addBytes(_ value: RawValue) {
        switch value {
        case .text(let bytes), .blob(let bytes): digest.mix(bytes)
        case .integer(let number): number.withDigits { digest.mix($0) }
        case .real(let number):
            var buffer = OutputBuffer(capacity: 32)
            buffer.append(text: number)
            digest.mix(buffer.bytes)
        case .null, .boolean: addForeign(value)
        }
    }

    private mutating func add(padded value: RawValue) {
        guard case .text(let bytes) = value else { return addBytes(value) }
        let length = bytes.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
        digest.mix(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
    }

    private mutating func add(interval value: RawValue) {
        guard let interval = value.interval else { return addForeign(value) }
        digest.mix(UInt64(bitPattern: Int64(interval.months)))
        digest.mix(UInt64(bitPattern: Int64(interval.days)))
        digest.mix(UInt64(bitPattern: interval.microseconds))
    }

    private mutating func add(address value: RawValue) {
        guard let address = value.bytes.flatMap(AddressText.number) else { return addForeign(value) }
        digest.mix(UInt64(address.networkBits) << 1 | (address.isIPv6 ? 1 : 0))
        digest.mix(address.first)
        digest.mix(address.second)
    }

    private mutating func add(uuid value: RawValue) {
        guard let words = value.uuid ?? value.bytes.flatMap(UUIDText.digits) else { return addForeign(value) }
        digest.mix(words.0)
        digest.mix(words.1)
    }

    /// Adds a JSON value. A number in a column of JSON is that JSON number.
    private mutating func add(json value: RawValue) {
        let json: Digest? =
            switch value {
            case .text(let bytes): JSONDigest.of(bytes)
            case .integer(let number): number.withDigits { JSONDigest.of($0) }
            case .real(let number): JSONDigest.of(number)
            case .null, .boolean, .blob: nil
            }
        if let json { digest.mix(json) } else { addForeign(value) }
    }

    private mutating func add(number: Int64?, _ value: RawValue) {
        guard let number else { return addForeign(value) }
        digest.mix(UInt64(bitPattern: number))
    }

    /// Adds the text of a value that is not of its column's type. So a number equals the same number that is text on the other
    /// side.
    private mutating func addForeign(_ value: RawValue) {
        digest.mix(Mark.foreign.rawValue)
        switch value {
        case .null: break
        case .boolean(let flag): mix(.integer, flag ? 1 : 0)
        case .integer, .real, .text:
            digest.mix(Class.text.rawValue)
            addBytes(value)
        case .blob(let bytes):
            digest.mix(Class.blob.rawValue)
            digest.mix(bytes)
        }
    }

    private mutating func add(stored value: RawValue) {
        switch value {
        case .null: break
        case .integer(let number): mix(.integer, UInt64(bitPattern: number))
        case .real(let number): mix(.real, number.bitPattern)
        case .boolean(let flag): mix(.integer, flag ? 1 : 0)
        case .text(let bytes):
            digest.mix(Class.text.rawValue)
            digest.mix(bytes)
        case .blob(let bytes):
            digest.mix(Class.blob.rawValue)
            digest.mix(bytes)
        }
    }

    /// SQLite's storage classes. They keep the integer 1 and the text '1' apart.
    private enum Class: UInt64 { case integer = 1, real, text, blob }

    private mutating func mix(_ storage: Class, _ word: UInt64) {
        digest.mix(storage.rawValue)
        digest.mix(word)
    }
}

extension RawValue {
    fileprivate var bytes: UnsafeRawBufferPointer? {
        switch self {
        case .text(let bytes): bytes
        case .null, .integer, .real, .boolean, .blob: nil
        }
    }
}

/// A cursor that has its row's values in a form that is closer to the digest than the form in which it returns them.
package protocol RowDigesting {
    /// Returns the digest of this row: the same that `RowDigest(of:as:)` computes from the values that the cursor returns.
    func digest(as forms: [CanonicalForm?]) -> RowDigest
}

/// The digest of a whole table's rows in any order: their number, and the wrapping sum of their digests.
public struct TableDigest: Hashable, Sendable {
    /// The number of rows that were added.
    public private(set) var rows = 0
    private var sum = Digest.zero

    /// Makes the digest of an empty table.
    public init() {}

    /// Makes the digest of a number of rows whose values are not known.
    public init(rows: Int) { self.rows = rows }

    /// Reads a digest from its hexadecimal digits; `nil` if the text is not a digest.
    public init?(rows: Int, hexadecimal: String) {
        guard let sum = Digest(hexadecimal: hexadecimal) else { return nil }
        self.rows = rows
        self.sum = sum
    }

    /// Adds the rows of another digest, such as a single row's.
    public mutating func add(_ part: TableDigest) {
        rows += part.rows
        sum &+= part.sum
    }

    @inline(__always)
    package mutating func add(_ row: RowDigest) {
        rows += 1
        sum &+= row.result
    }

    /// Removes rows that were added before.
    public mutating func remove(_ part: TableDigest) {
        rows -= part.rows
        sum &-= part.sum
    }

    /// The sum as 32 hexadecimal digits.
    public var hexadecimal: String { sum.hexadecimal }
}
