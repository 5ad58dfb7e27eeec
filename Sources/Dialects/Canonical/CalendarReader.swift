/// A time of day, and how a text writes it.
package struct WrittenTime {
    /// The microseconds since midnight.
    package var microseconds: Int64
    package var hasSeconds = false
    /// The number of digits behind the seconds.
    package var fractionDigits = 0
    /// Whether the digits behind the seconds were rounded up to a whole second.
    var isRoundedUp = false
}

/// How far a zone is ahead of UTC, and how a text writes it.
package struct WrittenOffset {
    package enum Form {
        /// `Z`
        case utc
        /// `+HH:MM`
        case numeric
        /// `z`, `+HH` or `+HHMM`
        case other
    }

    package var microseconds: Int64
    package var form: Form
}

// The parts of a date and time. The profile of a column, the copy and the comparison all read them here, so that what one takes for a
// date is a date for the others.
extension ASCIIReader {
    /// Reads `YYYY-MM-DD`, or `YYYYMMDD` if it `isBasic`, and returns days since 1 January 2000; `nil` for a date that the calendar of the
    /// years 1 to 9999 does not have.
    package mutating func calendarDate(isBasic: Bool = false) -> Int32? {
        guard let year = number(digits: 4), isBasic || skip("-"), let month = number(digits: 2), isBasic || skip("-"),
            let day = number(digits: 2),
            year > 0, (1...12).contains(month), day >= 1, day <= Self.lastDay(of: month, year: year)
        else { return nil }
        return Self.days(year: year, month: month, day: day)
    }

    /// Reads `HH:MM[:SS[.ffffff]]`. Finer digits are rounded, or give `nil`. With `hasShortHour`, an hour may have one digit.
    package mutating func timeOfDay(isRounded: Bool = false, hasShortHour: Bool = false) -> WrittenTime? {
        guard let hour = hasShortHour ? shortHour() : number(digits: 2), hour < 24, skip(":"),
            let minute = number(digits: 2), minute < 60
        else { return nil }
        var time = WrittenTime(microseconds: Int64(hour * 3600 + minute * 60) * 1_000_000)
        guard skip(":") else { return time }
        guard let second = number(digits: 2), second < 60 else { return nil }
        time.hasSeconds = true
        time.microseconds += Int64(second) * 1_000_000
        guard skip(".") else { return time }
        guard let fraction = fraction(isRounded: isRounded) else { return nil }
        time.microseconds += fraction.microseconds
        time.fractionDigits = fraction.digits
        time.isRoundedUp = fraction.microseconds == 1_000_000
        return time
    }

    private mutating func shortHour() -> Int? {
        guard let first = digit() else { return nil }
        return digit().map { first * 10 + $0 } ?? first
    }

    /// Reads the digits behind the point, of which there is at least one. Digits finer than a microsecond are rounded, or give `nil`.
    mutating func fraction(isRounded: Bool = false) -> (microseconds: Int64, digits: Int)? {
        guard var fraction = digit().map(Int64.init) else { return nil }
        var digits = 1
        var carry: Int64 = 0
        while let next = digit() {
            if digits < 6 {
                fraction = fraction * 10 + Int64(next)
            } else if next != 0, !isRounded {
                return nil
            } else if digits == 6, next >= 5 {
                carry = 1
            }
            digits += 1
        }
        var places = digits
        while places < 6 {
            fraction *= 10
            places += 1
        }
        return (fraction + carry, digits)
    }

    /// Reads a zone: `Z`, `+HH`, `+HH:MM` or `+HHMM`, perhaps behind a space. The offset is less than 16 hours, as in PostgreSQL.
    package mutating func zoneOffset() -> WrittenOffset? {
        // Sequelize writes `2024-01-02 03:04:05.000 +00:00`, and both databases read it.
        _ = skip(" ")
        if skip("Z") { return WrittenOffset(microseconds: 0, form: .utc) }
        if skip("z") { return WrittenOffset(microseconds: 0, form: .other) }
        let isBehind = skip("-")
        guard isBehind || skip("+"), let hours = number(digits: 2), hours < 16 else { return nil }
        var minutes = 0
        var form = WrittenOffset.Form.other
        if !isAtEnd {
            if skip(":") { form = .numeric }
            guard let number = number(digits: 2), number < 60 else { return nil }
            minutes = number
        }
        let offset = Int64(hours * 60 + minutes) * 60_000_000
        return WrittenOffset(microseconds: isBehind ? -offset : offset, form: form)
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
