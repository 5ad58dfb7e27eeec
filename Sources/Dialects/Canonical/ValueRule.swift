/// How a column's values are read if a rule says so. The result is the value that is written, and later compared.
package enum ValueRule: Hashable, Sendable {
    /// Numbers and texts are read as moments.
    case moment(TimestampRule)
    /// Numbers and texts are read as spans of time.
    case span(SpanRule)
    /// Spans of time are written as what the rule counts: the way back.
    case counted(SpanRule)
    /// A uuid is written as its 32 digits, without hyphens.
    case digits
    /// Each NUL in a text, and each run of bytes that are not UTF-8, is replaced by this text.
    case cleaned(replacement: String)
}

/// What is counted by the numbers of a column that holds spans of time.
public enum SpanRule: String, Hashable, Sendable, CaseIterable {
    /// Microseconds, as Django and Tortoise count.
    case microseconds
    /// Milliseconds.
    case milliseconds
    /// Seconds, with or without a fraction.
    case seconds
    /// Days of 24 hours, with or without a fraction, as Pony counts.
    case days
    /// Nothing: the span is what lies between 1970 and the moment that a text names, as SQLAlchemy writes it.
    case since1970 = "since_1970"
}

/// How numbers and texts are read as moments.
public struct TimestampRule: Hashable, Sendable {
    /// The unit and origin of a number.
    public enum Count: String, Hashable, Sendable, CaseIterable {
        /// Numbers are not moments; only texts are.
        case iso
        /// Seconds since 1 January 1970, in UTC.
        case unix
        /// Milliseconds since 1 January 1970, in UTC.
        case unixMilliseconds = "unix_ms"
        /// Microseconds since 1 January 1970, in UTC.
        case unixMicroseconds = "unix_us"
        /// Days since noon of 24 November 4714 BC, to the millisecond, as SQLite reads them
        /// (https://www.sqlite.org/lang_datefunc.html).
        case julian
        /// Seconds since 1 January 2001, in UTC.
        case apple
    }

    /// The unit and origin of numbers.
    public var count: Count
    /// The number of minutes by which the clock of texts without a zone is ahead of UTC.
    public var minutesAhead: Int
    /// Whether the result is the time on the clock that `minutesAhead` describes, without a zone. Otherwise it is a moment in
    /// UTC.
    public var isLocal: Bool

    /// Makes a rule that reads numbers as `count` says, and texts without a zone as UTC unless `minutesAhead` says otherwise.
    public init(_ count: Count, minutesAhead: Int = 0, isLocal: Bool = false) {
        self.count = count
        self.minutesAhead = minutesAhead
        self.isLocal = isLocal
    }

    /// The type of the result.
    public var type: ColumnType { isLocal ? .datetime : .timestamp }
}

/// Reads the values of one table's rows by the rules of its columns. A value that the reader makes stays valid until the next
/// value of its column, and at most as long as the reader.
package final class ValueReader {
    private let readings: [ValueRule?]
    private let ruled: [Int]
    private let scratch: PostgreSQLScratch

    /// Makes a reader; `nil` if no column has a rule.
    package init?(_ readings: [ValueRule?]) {
        guard readings.contains(where: { $0 != nil }) else { return nil }
        self.readings = readings
        ruled = readings.indices.filter { readings[$0] != nil }
        scratch = PostgreSQLScratch(columns: readings.count)
    }

    /// Replaces each value of a row by the one that its column's rule reads.
    package func read(_ row: inout RawRow) {
        for column in ruled { row[column] = read(row[column], column: column) }
    }

    /// Returns the value as its column's rule reads it. A value that the rule can't read is returned unchanged, and the column's
    /// type then refuses it.
    package func read(_ value: RawValue, column: Int) -> RawValue {
        switch readings[column] {
        case nil: return value
        case .moment(let reading):
            guard let moment = reading.microseconds(value) else { return value }
            return .text(
                scratch.make(column) { $0.append(timestamp: moment, suffix: reading.isLocal ? "" : "Z") })
        case .span(let reading):
            guard let span = reading.microseconds(value) else { return value }
            return .text(scratch.make(column) { $0.append(interval: IntervalNumber(microseconds: span)) })
        case .counted(let reading):
            guard let span = value.interval?.length, let written = reading.written(span) else { return value }
            switch written {
            case .count(let number): return .integer(number)
            case .fraction(let number): return .real(number)
            case .moment(let moment): return .text(scratch.make(column) { $0.append(timestamp: moment) })
            }
        case .digits:
            guard let words = value.uuid else { return value }
            return .text(scratch.make(column) { $0.append(digits: words) })
        case .cleaned(let replacement):
            guard case .text(let bytes) = value, UTF8Text.characters(in: bytes) == nil else { return value }
            return .text(scratch.make(column) { $0.append(cleaning: bytes, with: replacement) })
        }
    }
}

extension SpanRule {
    /// `nil` for what the rule does not read: a text that says its own units stays as it is.
    fileprivate func microseconds(_ value: Dialects.RawValue) -> Int64? {
        switch (value, unit) {
        case (.integer(let number), let unit?):
            let (span, overflows) = number.multipliedReportingOverflow(by: unit)
            return overflows ? nil : span
        case (.real(let number), let unit?): return Int64(exactly: (number * Double(unit)).rounded())
        case (.text(let text), nil):
            return CalendarNumber.timestamp(text, zone: .optional).map { $0 - Self.start }
        case (.null, _), (.boolean, _), (.blob, _), (.text, _), (.integer, nil), (.real, nil): return nil
        }
    }

    /// What stands for a span of time.
    fileprivate enum Written {
        case count(Int64)
        case fraction(Double)
        /// In microseconds since 2000.
        case moment(Int64)
    }

    /// What stands for a span of so many microseconds; `nil` where the calendar of four-digit years has no such moment.
    fileprivate func written(_ span: Int64) -> Written? {
        guard let unit else {
            let (moment, overflows) = Self.start.addingReportingOverflow(span)
            return overflows ? nil : CalendarNumber.readable(moment).map { .moment($0) }
        }
        return span % unit == 0 ? .count(span / unit) : .fraction(Double(span) / Double(unit))
    }

    /// How many microseconds one is; `nil` where nothing is counted.
    private var unit: Int64? {
        switch self {
        case .microseconds: 1
        case .milliseconds: 1_000
        case .seconds: 1_000_000
        case .days: CalendarNumber.microsecondsPerDay
        case .since1970: nil
        }
    }

    /// The first of January 1970, in microseconds since that of 2000.
    private static let start = -10_957 * CalendarNumber.microsecondsPerDay
}

extension TimestampRule {
    /// The years 1 to 9999, which both databases write with four digits.
    private static let range =
        -730_119 * CalendarNumber.microsecondsPerDay..<2_921_940 * CalendarNumber.microsecondsPerDay

    /// Returns microseconds since 1 January 2000: in UTC, or on the local clock.
    fileprivate func microseconds(_ value: RawValue) -> Int64? {
        let offset = Int64(minutesAhead) * 60_000_000
        let moment: Int64? =
            switch value {
            case .text(let text): read(text, offset) ?? number(in: text)
            case .integer(let number): read(number)
            case .real(let number): read(number)
            case .null, .boolean, .blob: nil
            }
        guard let moment else { return nil }
        let shown = isLocal ? moment + offset : moment
        return Self.range.contains(shown) ? shown : nil
    }

    /// Reads ISO 8601. A date alone means its midnight, and digits finer than a microsecond are rounded: .NET writes seven, Go and Rust
    /// write nine.
    private func read(_ text: UnsafeRawBufferPointer, _ offset: Int64) -> Int64? {
        if let local = CalendarNumber.timestamp(text, zone: .none, isRounded: true) { return local - offset }
        if let day = CalendarNumber.date(text) { return Int64(day) * CalendarNumber.microsecondsPerDay - offset }
        return CalendarNumber.timestamp(text, zone: .optional, isRounded: true)
    }

    private func number(in text: UnsafeRawBufferPointer) -> Int64? {
        guard let first = text.first, first == UInt8(ascii: "-") || first.hexadecimalValue ?? 10 < 10 else {
            return nil
        }
        let text = String(decoding: text, as: UTF8.self)
        return Int64(text).map(read) ?? Double(text).flatMap(read)
    }

    private func read(_ number: Int64) -> Int64? {
        switch count {
        case .iso: return nil
        case .unix: return Self.moment(number, microseconds: 1_000_000, since: -946_684_800)
        case .unixMilliseconds: return Self.moment(number, microseconds: 1_000, since: -946_684_800)
        case .unixMicroseconds: return Self.moment(number, microseconds: 1, since: -946_684_800)
        case .julian: return read(Double(number))
        case .apple: return Self.moment(number, microseconds: 1_000_000, since: 31_622_400)
        }
    }

    /// Reads a number. Fractions are rounded to the microsecond.
    private func read(_ number: Double) -> Int64? {
        switch count {
        case .iso: return nil
        case .unix: return Self.moment(number, microseconds: 1_000_000, since: -946_684_800)
        case .unixMilliseconds: return Self.moment(number, microseconds: 1_000, since: -946_684_800)
        case .unixMicroseconds: return Self.moment(number, microseconds: 1, since: -946_684_800)
        case .julian:
            // SQLite computes its own count of milliseconds in the same way. 1 January 2000 begins at day 2451544.5.
            guard let milliseconds = Int64(exactly: (number * 86_400_000 + 0.5).rounded(.down)) else { return nil }
            return Self.moment(milliseconds, microseconds: 1_000, since: -211_813_444_800)
        case .apple: return Self.moment(number, microseconds: 1_000_000, since: 31_622_400)
        }
    }

    /// Returns a moment as microseconds since 1 January 2000. `since` is the origin of the count, in seconds since 1 January
    /// 2000.
    private static func moment(_ number: Int64, microseconds unit: Int64, since start: Int64) -> Int64? {
        let (counted, overflows) = number.multipliedReportingOverflow(by: unit)
        let (moment, overflowsToo) = counted.addingReportingOverflow(start * 1_000_000)
        return overflows || overflowsToo ? nil : moment
    }

    private static func moment(_ number: Double, microseconds unit: Double, since start: Int64) -> Int64? {
        guard let counted = Int64(exactly: (number * unit).rounded()) else { return nil }
        return moment(counted, microseconds: 1, since: start)
    }
}

extension IntervalNumber {
    /// In microseconds, with days of 24 hours; `nil` where it has months, which are not all equally long.
    fileprivate var length: Int64? {
        let (days, overflows) = Int64(days).multipliedReportingOverflow(by: CalendarNumber.microsecondsPerDay)
        let (sum, overflowsToo) = days.addingReportingOverflow(microseconds)
        return months == 0 && !overflows && !overflowsToo ? sum : nil
    }
}

extension PostgreSQLBuffer {
    fileprivate mutating func append(digits words: (UInt64, UInt64)) {
        for word in [words.0, words.1] {
            for place in stride(from: 60, through: 0, by: -4) {
                append(Self.hexadecimal[Int(word >> UInt64(place) & 0xF)])
            }
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    fileprivate mutating func append(cleaning bytes: UnsafeRawBufferPointer, with replacement: String) {
        var at = 0
        var isInRun = false
        while at < bytes.count {
            let length = UTF8Text.sequenceLength(bytes, at)
            if length > 0 {
                append(UnsafeRawBufferPointer(rebasing: bytes[at..<at + length]))
            } else if bytes[at] == 0 || !isInRun {
                for byte in replacement.utf8 { append(byte) }
            }
            isInRun = length == 0 && bytes[at] != 0
            at += max(length, 1)
        }
    }
}
