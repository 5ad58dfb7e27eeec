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
    enum Zone { case optional, none }

    /// Reads `YYYY-MM-DD HH:MM[:SS[.ffffff]]`, with a `T` or a space between date and time. A text with the zone `Z`, `+HH`,
    /// `+HH:MM` or `+HHMM`, perhaps behind a space, is converted to UTC; a text without a zone is in UTC already. Returns `nil` for any other shape, for a
    /// date that the calendar does not have, and for a moment whose year in UTC is 0 or 10000: the two databases have no common
    /// text for those.
    static func timestamp(_ text: UnsafeRawBufferPointer, zone: Zone, isRounded: Bool = false) -> Int64? {
        var reader = ASCIIReader(text)
        guard let days = readDate(&reader), reader.skip("T") || reader.skip(" "),
            let time = readTime(&reader, isRounded: isRounded)
        else { return nil }
        let local = Int64(days) * microsecondsPerDay + time
        if reader.isAtEnd { return local }
        guard zone == .optional, let offset = readOffset(&reader), reader.isAtEnd else { return nil }
        return readable(local - offset)
    }

    /// Whether a text is a timestamp, with a zone or without. Its seconds may have any number of digits.
    package static func isTimestamp(_ text: UnsafeRawBufferPointer) -> Bool {
        // The rounding of 9999-12-31T23:59:59.9999999, .NET's last moment, reaches the year 10000.
        timestamp(text, zone: .optional, isRounded: true).flatMap(readable) != nil
    }

    static func readable(_ moment: Int64) -> Int64? { readableMicroseconds.contains(moment) ? moment : nil }

    /// Reads a date and time without a zone. A date alone means its midnight, as in PostgreSQL.
    static func reading(_ text: UnsafeRawBufferPointer) -> Int64? {
        timestamp(text, zone: .none) ?? date(text).map { Int64($0) * microsecondsPerDay }
    }

    /// Reads `YYYY-MM-DD`, with midnight after it or without, and returns days.
    static func date(_ text: UnsafeRawBufferPointer) -> Int32? {
        var reader = ASCIIReader(day(of: text))
        guard let days = readDate(&reader), reader.isAtEnd else { return nil }
        return days
    }

    /// Reads `HH:MM[:SS[.ffffff]]`, with 2000-01-01 before it or without, and returns microseconds since midnight.
    static func time(_ text: UnsafeRawBufferPointer) -> Int64? {
        var reader = ASCIIReader(clock(of: text))
        guard let time = readTime(&reader), reader.isAtEnd else { return nil }
        return time
    }

    /// Returns the time of day in a text without the day 2000-01-01, which Rails writes before it in SQLite.
    package static func clock(of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard text.count > firstDay.utf8CodeUnitCount else { return text }
        var reader = ASCIIReader(text)
        guard reader.skip(word: firstDay), reader.skip(" ") || reader.skip("T") else { return text }
        return UnsafeRawBufferPointer(rebasing: text[reader.at...])
    }

    /// Returns the day in a text without the midnight after it, which Laravel writes in SQLite.
    package static func day(of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard text.count > 10 else { return text }
        var reader = ASCIIReader(UnsafeRawBufferPointer(rebasing: text[10...]))
        guard reader.skip(" ") || reader.skip("T"), readTime(&reader) == 0, reader.isAtEnd else { return text }
        return UnsafeRawBufferPointer(rebasing: text[..<10])
    }

    static let firstDay: StaticString = "2000-01-01"

    private static func readDate(_ reader: inout ASCIIReader) -> Int32? {
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"), let day = reader.number(digits: 2),
            year > 0, (1...12).contains(month), day >= 1, day <= lastDay(of: month, year: year)
        else { return nil }
        return days(year: year, month: month, day: day)
    }

    private static func readTime(_ reader: inout ASCIIReader, isRounded: Bool = false) -> Int64? {
        guard let hour = reader.number(digits: 2), hour < 24, reader.skip(":"), let minute = reader.number(digits: 2),
            minute < 60
        else { return nil }
        var microseconds = Int64(hour * 3600 + minute * 60) * 1_000_000
        guard reader.skip(":") else { return microseconds }
        guard let second = reader.number(digits: 2), second < 60 else { return nil }
        microseconds += Int64(second) * 1_000_000
        guard reader.skip(".") else { return microseconds }
        guard let fraction = readFraction(&reader, isRounded: isRounded) else { return nil }
        return microseconds + fraction
    }

    /// Reads the digits behind the point, and returns microseconds. Finer digits are rounded, or give `nil`.
    static func readFraction(_ reader: inout ASCIIReader, isRounded: Bool = false) -> Int64? {
        guard var fraction = reader.digit().map(Int64.init) else { return nil }
        var places = 1
        var carry: Int64 = 0
        while let digit = reader.digit() {
            if places < 6 {
                fraction = fraction * 10 + Int64(digit)
            } else if digit != 0, !isRounded {
                return nil
            } else if places == 6, digit >= 5 {
                carry = 1
            }
            places += 1
        }
        while places < 6 {
            fraction *= 10
            places += 1
        }
        return fraction + carry
    }

    /// Reads how far the zone is ahead of UTC, and returns microseconds. The offset is less than 16 hours, as in PostgreSQL.
    private static func readOffset(_ reader: inout ASCIIReader) -> Int64? {
        // Sequelize writes `2024-01-02 03:04:05.000 +00:00`, and both databases read it.
        _ = reader.skip(" ")
        if reader.skip("Z") || reader.skip("z") { return 0 }
        let isBehind = reader.skip("-")
        guard isBehind || reader.skip("+"), let hours = reader.number(digits: 2), hours < 16 else { return nil }
        var minutes = 0
        if !reader.isAtEnd {
            _ = reader.skip(":")
            guard let number = reader.number(digits: 2), number < 60 else { return nil }
            minutes = number
        }
        let offset = Int64(hours * 60 + minutes) * 60_000_000
        return isBehind ? -offset : offset
    }

    private static func lastDay(of month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Returns the days since 2000-01-01, by Howard Hinnant's `days_from_civil`
    /// (https://howardhinnant.github.io/date_algorithms.html).
    private static func days(year: Int, month: Int, day: Int) -> Int32 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(era * 146_097 + dayOfEra - 730_425)
    }
}
