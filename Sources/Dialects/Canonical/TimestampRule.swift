/// How numbers and texts are read as moments.
public struct TimestampRule: Hashable, Sendable {
    /// The unit and origin of a number.
    public enum Count: String, Hashable, Sendable, CaseIterable {
        /// Numbers are not moments; only texts are, also those of digits alone in ISO 8601's basic form.
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

    /// Whether a text without a zone shows another time of day than the moment in UTC that it becomes.
    package var shiftsTexts: Bool { minutesAhead != 0 && !isLocal }

    /// The type of the result.
    public var type: ColumnType { isLocal ? .datetime : .timestamp }
}

extension TimestampRule {
    /// Returns microseconds since 1 January 2000: in UTC, or on the local clock. Returns `nil` if the value is no moment, or lies
    /// outside the years 1 to 9999.
    func microseconds(_ value: RawValue) -> Int64? { shown(value)?.readable }

    /// Whether the value is a moment that lies outside the years 1 to 9999.
    func isOutOfRange(_ value: RawValue) -> Bool { shown(value).map { $0.readable == nil } ?? false }

    /// Whether the value is a moment, also one outside those years.
    func isMoment(_ value: RawValue) -> Bool { shown(value) != nil }

    /// Whether the value is a text that is cut to six digits, because rounding would lead out of those years.
    func cutsMoment(_ value: RawValue) -> Bool {
        // A zone may lead from the day before to the end of the year.
        guard case .text(let text) = value, text.starts(with: "9999-12-3".utf8) else { return false }
        return shown(value)?.isCut == true
    }

    /// Returns the day, in days since 1 January 2000, whose midnight the value is; `nil` for any other value: nothing of it would be left
    /// out.
    func day(_ value: RawValue) -> Int32? {
        guard let moment = microseconds(value), moment % CalendarNumber.microsecondsPerDay == 0 else { return nil }
        return Int32(exactly: moment / CalendarNumber.microsecondsPerDay)
    }

    /// Returns the microseconds since midnight: those of a text that is a time of day, or of a number or text that is read as a moment
    /// of 1 January 1970. Returns `nil` for any other value.
    func timeOfDay(_ value: RawValue) -> Int64? {
        if case .text(let text) = value, let time = CalendarNumber.time(text, isRounded: true) { return time }
        let start = Self.startOf1970
        guard let moment = microseconds(value), (0..<CalendarNumber.microsecondsPerDay).contains(moment - start) else {
            return nil
        }
        return moment - start
    }

    /// Returns the moment of 1 January 1970 at which the rule's clock shows this time of day, in microseconds since 1 January 2000; `nil`
    /// for any other text.
    func moment(ofTime text: UnsafeRawBufferPointer) -> Int64? {
        CalendarNumber.time(text).map { Self.startOf1970 + $0 - Int64(minutesAhead) * 60_000_000 }
    }

    /// The beginning of 1 January 1970, in microseconds since 1 January 2000.
    private static let startOf1970 = -10_957 * CalendarNumber.microsecondsPerDay

    private func shown(_ value: RawValue) -> RoundedMoment? {
        let offset = Int64(minutesAhead) * 60_000_000
        let moment: RoundedMoment? =
            switch value {
            case .text(let text):
                read(text, offset) ?? basic(text, offset) ?? number(in: text).map { RoundedMoment(microseconds: $0) }
            case .integer(let number): read(number).map { RoundedMoment(microseconds: $0) }
            case .real(let number): read(number).map { RoundedMoment(microseconds: $0) }
            case .null, .boolean, .blob: nil
            }
        return moment?.moved(by: isLocal ? offset : 0)
    }

    /// Reads ISO 8601, and what Go and Rust write. A date alone means its midnight, and digits finer than a microsecond are rounded: .NET
    /// writes seven, Go and Rust write nine.
    private func read(_ text: UnsafeRawBufferPointer, _ offset: Int64) -> RoundedMoment? {
        if let local = CalendarNumber.moment(text, zone: .none, isRounded: true) { return local.moved(by: -offset) }
        if let day = CalendarNumber.date(text, zone: .none) {
            return RoundedMoment(microseconds: Int64(day) * CalendarNumber.microsecondsPerDay - offset)
        }
        return CalendarNumber.moment(text, zone: .optional, isRounded: true)
            ?? CalendarNumber.spelled(text).map { RoundedMoment(microseconds: $0) }
    }

    /// Reads ISO 8601's basic form. If numbers are moments, its digits are one.
    private func basic(_ text: UnsafeRawBufferPointer, _ offset: Int64) -> RoundedMoment? {
        guard count == .iso, let moment = BasicMoment(text) else { return nil }
        return RoundedMoment(microseconds: moment.microseconds - (moment.isInUTC ? 0 : offset))
    }

    private func number(in text: UnsafeRawBufferPointer) -> Int64? {
        guard let first = text.first, first == UInt8(ascii: "-") || first.hexadecimalValue ?? 10 < 10 else {
            return nil
        }
        let text = String(decoding: text, as: UTF8.self)
        return Int64(text).map(read) ?? Double(text).flatMap(read)
    }

    /// One of what is counted, in microseconds, and the origin of the count, in seconds since 1 January 2000.
    private var scale: (unit: Int64, start: Int64)? {
        switch count {
        case .iso: nil
        case .unix: (1_000_000, -946_684_800)
        case .unixMilliseconds: (1_000, -946_684_800)
        case .unixMicroseconds: (1, -946_684_800)
        // 1 January 2000 begins at day 2451544.5.
        case .julian: (CalendarNumber.microsecondsPerDay, -211_813_444_800)
        case .apple: (1_000_000, 31_622_400)
        }
    }

    private func read(_ number: Int64) -> Int64? {
        scale.flatMap { Self.moment(number, each: $0.unit, since: $0.start) }
    }

    /// Reads a number. Fractions are rounded to the microsecond, and those of Julian days to the millisecond, as SQLite does.
    private func read(_ number: Double) -> Int64? {
        guard let (unit, start) = scale else { return nil }
        let (counted, each): (Double, Int64) =
            count == .julian
            ? ((number * 86_400_000 + 0.5).rounded(.down), 1_000) : ((number * Double(unit)).rounded(), 1)
        return Int64(exactly: counted).flatMap { Self.moment($0, each: each, since: start) }
    }

    /// Returns what lies so many times `each` microseconds behind `start`, which is in seconds since 1 January 2000.
    private static func moment(_ number: Int64, each: Int64, since start: Int64) -> Int64? {
        let (counted, overflows) = number.multipliedReportingOverflow(by: each)
        let (moment, overflowsToo) = counted.addingReportingOverflow(start * 1_000_000)
        return overflows || overflowsToo ? nil : moment
    }

    /// Returns the number that is read as this moment, in microseconds since 1 January 2000; `nil` if none is.
    func number(of moment: Int64) -> RawValue? {
        guard let (unit, start) = scale else { return nil }
        let (span, overflows) = moment.subtractingReportingOverflow(start * 1_000_000)
        guard !overflows else { return nil }
        if span % unit == 0 { return .integer(span / unit) }
        let fraction = Double(span) / Double(unit)
        return read(fraction) == moment ? .real(fraction) : nil
    }
}
