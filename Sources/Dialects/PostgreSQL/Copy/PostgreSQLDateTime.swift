// PostgreSQL's dates and times as text. `CalendarNumber` and `PostgreSQLSpecialMoments` read them back.

extension OutputBuffer {
    /// Appends `YYYY-MM-DD HH:MM:SS.ffffff`, `infinity` or `-infinity`. A year before 1 is followed by ` BC`, as PostgreSQL
    /// writes it. `isBrief` leaves out a fraction of zero.
    mutating func append(
        timestamp: Int64, separator: Unicode.Scalar = " ", suffix: StaticString = "", isBrief: Bool = false
    ) {
        if appendInfinity(timestamp == .max, timestamp == .min) { return }
        let (days, time) = timestamp.flooredDivision(by: CalendarNumber.microsecondsPerDay)
        let isBeforeChrist = appendCalendar(days: days)
        append(ascii: separator)
        append(time: time, isBrief: isBrief)
        append(text: suffix)
        if isBeforeChrist { append(text: " BC") }
    }

    /// Appends `YYYY-MM-DD`.
    mutating func append(date: Int32) {
        if appendInfinity(date == .max, date == .min) { return }
        if appendCalendar(days: Int64(date)) { append(text: " BC") }
    }

    /// Appends `HH:MM:SS.ffffff`. `isBrief` leaves out a fraction of zero.
    mutating func append(time: Int64, isBrief: Bool = false) {
        let time = time.magnitude
        append(digits: time / 3_600_000_000, width: 2)
        append(ascii: ":")
        append(digits: time / 60_000_000 % 60, width: 2)
        append(ascii: ":")
        append(digits: time / 1_000_000 % 60, width: 2)
        let fraction = time % 1_000_000
        if isBrief && fraction == 0 { return }
        append(ascii: ".")
        append(digits: fraction, width: 6)
    }

    /// Appends `1 year 2 mons -3 days +04:05:06.5`, as the server's `EncodeInterval` does in the style `postgres`.
    mutating func append(interval: IntervalNumber) {
        var (isEmpty, isAfterNegative) = (true, false)
        func part(_ number: Int32, _ unit: StaticString, _ buffer: inout OutputBuffer) {
            guard number != 0 else { return }
            if !isEmpty { buffer.append(ascii: " ") }
            if isAfterNegative, number > 0 { buffer.append(ascii: "+") }
            buffer.append(digits: Int64(number))
            buffer.append(text: unit)
            if number != 1 { buffer.append(ascii: "s") }
            (isEmpty, isAfterNegative) = (false, number < 0)
        }
        part(interval.months / 12, " year", &self)
        part(interval.months % 12, " mon", &self)
        part(interval.days, " day", &self)
        let time = interval.microseconds
        guard isEmpty || time != 0 else { return }
        if !isEmpty { append(ascii: " ") }
        if time < 0 { append(ascii: "-") } else if isAfterNegative { append(ascii: "+") }
        append(clock: time.magnitude)
    }

    /// Appends `HH:MM:SS`, and a fraction without trailing zeros.
    private mutating func append(clock time: UInt64) {
        append(digits: time / 3_600_000_000, width: 2)
        append(ascii: ":")
        append(digits: time / 60_000_000 % 60, width: 2)
        append(ascii: ":")
        append(digits: time / 1_000_000 % 60, width: 2)
        var (fraction, width) = (time % 1_000_000, 6)
        guard fraction > 0 else { return }
        while fraction % 10 == 0 { (fraction, width) = (fraction / 10, width - 1) }
        append(ascii: ".")
        append(digits: fraction, width: width)
    }

    private mutating func appendInfinity(_ isPositive: Bool, _ isNegative: Bool) -> Bool {
        if isPositive { append(text: "infinity") }
        if isNegative { append(text: "-infinity") }
        return isPositive || isNegative
    }

    /// Appends the day and returns whether its year is before Christ, by Hinnant's `civil_from_days`.
    private mutating func appendCalendar(days: Int64) -> Bool {
        let (era, dayOfEra) = (days + 730_425).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        // There is no year 0: the year before year 1 is 1 BC.
        append(digits: UInt64(year > 0 ? year : 1 - year), width: 4)
        append(ascii: "-")
        append(digits: UInt64(month), width: 2)
        append(ascii: "-")
        append(digits: UInt64(day), width: 2)
        return year <= 0
    }
}

extension Int64 {
    /// Returns the quotient rounded towards minus infinity, and the remainder, which is never negative.
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
