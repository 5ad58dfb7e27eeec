/// Dates and times as numbers: days or microseconds since 1 January 2000, in the Gregorian calendar. PostgreSQL counts them in
/// the same way (https://www.postgresql.org/docs/current/datatype-datetime.html).
package enum CalendarNumber {
    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The days that can be written with a year of four digits: 0001-01-01 to 9999-12-31.
    static var readableDays: Range<Int64> { -730_119..<2_921_940 }
    static var readableMicroseconds: Range<Int64> {
        readableDays.lowerBound * microsecondsPerDay..<readableDays.upperBound * microsecondsPerDay
    }

    /// Whether a text may name a time zone.
    package enum Zone { case optional, none }

    /// Reads `YYYY-MM-DD HH:MM[:SS[.ffffff]]`, with a `T` or a space between date and time. A text with the zone `Z`, `+HH`,
    /// `+HH:MM` or `+HHMM`, perhaps behind a space, is converted to UTC; a text without a zone is in UTC already. Returns `nil`
    /// for any other shape, for a date that the calendar does not have, and for a moment whose year in UTC is 0 or 10000: the two
    /// databases have no common text for those.
    static func timestamp(_ text: UnsafeRawBufferPointer, zone: Zone, isRounded: Bool = false) -> Int64? {
        moment(text, zone: zone, isRounded: isRounded)?.readable
    }

    /// Reads what `timestamp` reads, and also what lies outside those years.
    static func moment(_ text: UnsafeRawBufferPointer, zone: Zone, isRounded: Bool) -> RoundedMoment? {
        var reader = ASCIIReader(text)
        guard let days = reader.calendarDate(), reader.skip("T") || reader.skip(" "),
            let time = reader.timeOfDay(isRounded: isRounded)
        else { return nil }
        let local = Int64(days) * microsecondsPerDay + time.microseconds
        if reader.isAtEnd { return RoundedMoment(microseconds: local, isRoundedUp: time.isRoundedUp) }
        guard zone == .optional, let offset = reader.zoneOffset(), reader.isAtEnd else { return nil }
        return RoundedMoment(microseconds: local - offset.microseconds, isRoundedUp: time.isRoundedUp)
    }

    /// Whether a text is a timestamp, with a zone or without, in any spelling that a rule reads. Its seconds may have any number of digits.
    /// `isExact` asks for one that needs no rule, and the zone `.none` for one that names none.
    package static func isTimestamp(
        _ text: UnsafeRawBufferPointer, zone: Zone = .optional, isExact: Bool = false
    ) -> Bool {
        if timestamp(text, zone: zone, isRounded: !isExact) != nil { return true }
        return !isExact && zone == .optional && spelled(text).flatMap(readable) != nil
    }

    /// Whether a text is .NET's last moment, in UTC, which has a digit more than the calendar has microseconds.
    package static func isLastMoment(_ text: UnsafeRawBufferPointer) -> Bool {
        text.starts(with: "9999-12-31".utf8) && moment(text, zone: .optional, isRounded: true)?.isCut == true
    }

    /// Whether a text is .NET's last time of day, which has a digit more than the day has microseconds.
    static func isLastTime(_ text: UnsafeRawBufferPointer) -> Bool {
        guard clock(of: text).starts(with: "23:59:59.".utf8) else { return false }
        return time(text) == nil && time(text, isRounded: true) == microsecondsPerDay - 1
    }

    /// Whether this time of a day, which may lead to another day, lies in the years 1 to 9999.
    package static func isReadable(day: Int32, _ time: Int64) -> Bool {
        readable(Int64(day) * microsecondsPerDay + time) != nil
    }

    static func readable(_ moment: Int64) -> Int64? { readableMicroseconds.contains(moment) ? moment : nil }

    /// Reads a date and time without a zone, or in UTC with one. A date alone means its midnight, as in PostgreSQL.
    static func reading(_ text: UnsafeRawBufferPointer, zone: Zone = .none) -> Int64? {
        timestamp(text, zone: zone) ?? date(text, zone: .none).map { Int64($0) * microsecondsPerDay }
    }

    /// Reads `YYYY-MM-DD`, with midnight after it or without, and returns days. The midnight may be one that says it is in UTC, if `zone`
    /// allows one.
    static func date(_ text: UnsafeRawBufferPointer, zone: Zone = .optional) -> Int32? {
        var reader = ASCIIReader(day(of: text, zone: zone))
        guard let days = reader.calendarDate(), reader.isAtEnd else { return nil }
        return days
    }

    /// Whether a text is `YYYY-MM-DD` alone.
    package static func isDay(_ text: UnsafeRawBufferPointer) -> Bool { text.count == 10 && date(text) != nil }

    /// Reads `HH:MM[:SS[.ffffff]]`, with 2000-01-01 before it or without, and returns microseconds since midnight. Finer digits are rounded,
    /// but not into the next day, or give `nil`.
    package static func time(_ text: UnsafeRawBufferPointer, isRounded: Bool = false) -> Int64? {
        var reader = ASCIIReader(clock(of: text))
        guard let time = reader.timeOfDay(isRounded: isRounded), reader.isAtEnd else { return nil }
        return min(time.microseconds, microsecondsPerDay - 1)
    }

    /// Returns the time of day in a text without the day 2000-01-01, which Rails writes before it in SQLite.
    package static func clock(of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard text.count > firstDay.utf8CodeUnitCount else { return text }
        var reader = ASCIIReader(text)
        guard reader.skip(word: firstDay), reader.skip(" ") || reader.skip("T") else { return text }
        return UnsafeRawBufferPointer(rebasing: text[reader.at...])
    }

    /// Returns the day in a text without the midnight after it, which Laravel writes in SQLite, and gorm with UTC's offset behind it.
    package static func day(of text: UnsafeRawBufferPointer, zone: Zone = .optional) -> UnsafeRawBufferPointer {
        guard text.count > 10 else { return text }
        var reader = ASCIIReader(UnsafeRawBufferPointer(rebasing: text[10...]))
        guard reader.skip(" ") || reader.skip("T"), reader.timeOfDay()?.microseconds == 0 else { return text }
        if !reader.isAtEnd {
            guard zone == .optional, reader.zoneOffset()?.microseconds == 0, reader.isAtEnd else { return text }
        }
        return UnsafeRawBufferPointer(rebasing: text[..<10])
    }

    static let firstDay: StaticString = "2000-01-01"
}

/// A moment in microseconds since 1 January 2000, which may lie outside the years 1 to 9999, or may have been rounded out of them.
struct RoundedMoment {
    var microseconds: Int64
    /// Whether it was rounded up to a whole second.
    var isRoundedUp = false

    /// Whether it lies in the years 1 to 9999 before it is rounded, and not after: so does 9999-12-31 23:59:59.9999999, .NET's last moment.
    var isCut: Bool { isRoundedUp && microseconds == CalendarNumber.readableMicroseconds.upperBound }

    /// The moment; the last microsecond of the year 9999 if it is cut, and `nil` outside those years.
    var readable: Int64? { isCut ? microseconds - 1 : CalendarNumber.readable(microseconds) }

    /// Returns the moment that lies so much later; `nil` if there is no number for it.
    func moved(by span: Int64) -> RoundedMoment? {
        let (moved, overflows) = microseconds.addingReportingOverflow(span)
        return overflows ? nil : RoundedMoment(microseconds: moved, isRoundedUp: isRoundedUp)
    }
}
