/// A span of time as PostgreSQL keeps it. Months and days are separate from the rest, since neither always has the same length
/// (https://www.postgresql.org/docs/current/datatype-datetime.html, 8.5.4).
struct IntervalNumber: Equatable {
    var months: Int32 = 0
    var days: Int32 = 0
    var microseconds: Int64 = 0

    init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) {
        (self.months, self.days, self.microseconds) = (months, days, microseconds)
    }

    fileprivate mutating func add(_ number: Int64, _ unit: IntervalText.Unit) -> Bool {
        switch unit {
        case .months(let count): Self.add(number, Int64(count), to: &months)
        case .days(let count): Self.add(number, Int64(count), to: &days)
        case .microseconds(let count): Self.add(number, count, to: &microseconds)
        }
    }

    /// Adds a number of units to a sum. Returns false if the sum is too large.
    private static func add<Number: FixedWidthInteger>(_ number: Int64, _ unit: Int64, to sum: inout Number) -> Bool {
        let (product, overflows) = number.multipliedReportingOverflow(by: unit)
        guard !overflows, let product = Number(exactly: product) else { return false }
        let (result, overflowsToo) = sum.addingReportingOverflow(product)
        sum = result
        return !overflowsToo
    }
}

/// Reads spans of time in the forms that programs store: PostgreSQL's own (`1 year 2 mons -3 days +04:05:06.5`), Python's (`1
/// day, 2:03:04.5`) and ISO 8601's (`P1DT2H3M4.5S`). Only seconds have a fraction, of at most six digits, or of more if they are rounded. Then
/// .NET's (`1.02:03:04.5000000`) is read, too.
enum IntervalText {
    fileprivate enum Unit {
        case months(Int)
        case days(Int)
        case microseconds(Int64)
    }

    /// Reads a span of time; `nil` for any other text, and for a span that is too large.
    static func number(_ text: UnsafeRawBufferPointer) -> IntervalNumber? { read(text, isRounded: false) }

    /// Reads a span of time, also one with more digits than a database keeps, which are rounded, or in .NET's form.
    static func rounded(_ text: UnsafeRawBufferPointer) -> IntervalNumber? {
        dotted(ASCIIReader(text)) ?? read(text, isRounded: true)
    }

    private static func read(_ text: UnsafeRawBufferPointer, isRounded: Bool) -> IntervalNumber? {
        guard text.count <= 128 else { return nil }
        var reader = ASCIIReader(text)
        let isISO = reader.skip("P")
        return isISO ? iso(&reader, isRounded) : words(&reader, isRounded)
    }

    /// Reads .NET's `1.02:03:04.5000000`, whose sign is that of all its parts.
    private static func dotted(_ start: ASCIIReader) -> IntervalNumber? {
        var reader = start
        guard let days = signed(&reader), reader.skip("."), let hours = reader.number(digits: 2), hours < 24,
            let whole = Int32(exactly: days.value)
        else { return nil }
        let hour = Signed(value: Int64(days.isNegative ? -hours : hours), isNegative: days.isNegative)
        guard let clock = clock(hour, &reader, true), reader.isAtEnd else { return nil }
        return IntervalNumber(days: whole, microseconds: clock)
    }

    /// Returns the same span of time as PostgreSQL writes it; `nil` for a text that is not a span of time.
    static func canonical(_ text: String) -> String? {
        var buffer = OutputBuffer(capacity: 64)
        let isInterval = Array(text.utf8).withUnsafeBytes { bytes in
            guard let number = number(bytes) else { return false }
            buffer.append(interval: number)
            return true
        }
        return isInterval ? String(decoding: buffer.bytes, as: UTF8.self) : nil
    }

    /// Reads numbers with their units, optionally followed by a clock time. At least one of the two must be there.
    private static func words(_ reader: inout ASCIIReader, _ isRounded: Bool) -> IntervalNumber? {
        var sum = IntervalNumber()
        var isEmpty = true
        while !reader.isAtEnd {
            guard isEmpty || reader.skip(" "), let number = signed(&reader) else { return nil }
            isEmpty = false
            if reader.peek == UInt8(ascii: ":") {
                guard let clock = clock(number, &reader, isRounded), reader.isAtEnd,
                    sum.add(clock, .microseconds(1))
                else { return nil }
                return sum
            }
            guard reader.skip(" "), let unit = unit(&reader), sum.add(number.value, unit) else { return nil }
            _ = reader.skip(",")
        }
        return isEmpty ? nil : sum
    }

    /// Reads `1Y2M3W4D`, optionally followed by `T5H6M7.5S`. Each part that is there has at least one number.
    private static func iso(_ reader: inout ASCIIReader, _ isRounded: Bool) -> IntervalNumber? {
        var sum = IntervalNumber()
        var isTime = false
        var isEmpty = true
        while !reader.isAtEnd {
            if !isTime, reader.skip("T") {
                isTime = true
                isEmpty = true
            }
            guard let number = signed(&reader) else { return nil }
            isEmpty = false
            if isTime, reader.peek == UInt8(ascii: ".") || reader.peek == UInt8(ascii: "S") {
                guard let seconds = seconds(number, &reader, isRounded), reader.skip("S"),
                    sum.add(seconds, .microseconds(1))
                else {
                    return nil
                }
                continue
            }
            guard let unit = isoUnit(&reader, isTime), sum.add(number.value, unit) else { return nil }
        }
        return isEmpty ? nil : sum
    }

    private struct Signed {
        var value: Int64
        /// Whether the number has a minus sign. It is separate from the value, because `-0:30` is half an hour ago.
        var isNegative: Bool
    }

    private static func signed(_ reader: inout ASCIIReader) -> Signed? {
        let isNegative = reader.skip("-")
        if !isNegative { _ = reader.skip("+") }
        guard var value = reader.digit().map(Int64.init) else { return nil }
        while let digit = reader.digit() {
            guard value < 1_000_000_000_000_000 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return Signed(value: isNegative ? -value : value, isNegative: isNegative)
    }

    /// Reads the part behind the hours: `:MM[:SS[.ffffff]]`.
    private static func clock(_ hours: Signed, _ reader: inout ASCIIReader, _ isRounded: Bool) -> Int64? {
        guard reader.skip(":"), let minute = reader.number(digits: 2), minute < 60 else { return nil }
        var rest = Int64(minute) * 60_000_000
        if reader.skip(":") {
            guard let second = reader.number(digits: 2), second < 60,
                let seconds = seconds(Signed(value: Int64(second), isNegative: false), &reader, isRounded)
            else { return nil }
            rest += seconds
        }
        let (whole, overflows) = hours.value.multipliedReportingOverflow(by: 3_600_000_000)
        let (sum, overflowsToo) = whole.addingReportingOverflow(hours.isNegative ? -rest : rest)
        return overflows || overflowsToo ? nil : sum
    }

    /// Reads the fraction behind whole seconds that were already read, and returns microseconds.
    private static func seconds(_ whole: Signed, _ reader: inout ASCIIReader, _ isRounded: Bool) -> Int64? {
        var fraction: Int64 = 0
        if reader.skip(".") {
            guard let digits = reader.fraction(isRounded: isRounded) else { return nil }
            fraction = digits.microseconds
        }
        let (microseconds, overflows) = whole.value.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflowsToo) = microseconds.addingReportingOverflow(whole.isNegative ? -fraction : fraction)
        return overflows || overflowsToo ? nil : sum
    }

    private static let units: [(name: StaticString, unit: Unit)] = [
        ("year", .months(12)), ("month", .months(1)), ("mon", .months(1)), ("week", .days(7)), ("day", .days(1)),
        ("hour", .microseconds(3_600_000_000)), ("minute", .microseconds(60_000_000)),
        ("min", .microseconds(60_000_000)), ("second", .microseconds(1_000_000)), ("sec", .microseconds(1_000_000)),
    ]

    /// Reads a unit in the singular or the plural.
    private static func unit(_ reader: inout ASCIIReader) -> Unit? {
        guard let found = units.first(where: { reader.skip(word: $0.name) }) else { return nil }
        _ = reader.skip("s")
        return found.unit
    }

    private static func isoUnit(_ reader: inout ASCIIReader, _ isTime: Bool) -> Unit? {
        if isTime {
            if reader.skip("H") { return .microseconds(3_600_000_000) }
            return reader.skip("M") ? .microseconds(60_000_000) : nil
        }
        if reader.skip("Y") { return .months(12) }
        if reader.skip("M") { return .months(1) }
        if reader.skip("W") { return .days(7) }
        return reader.skip("D") ? .days(1) : nil
    }
}

extension CalendarNumber {
    /// Whether a text is a span of time in any form that a rule reads. `isExact` asks for one that needs no rule.
    package static func isSpan(_ text: UnsafeRawBufferPointer, isExact: Bool = false) -> Bool {
        (isExact ? IntervalText.number(text) : IntervalText.rounded(text)) != nil
    }
}
