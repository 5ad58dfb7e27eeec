/// Reads the dates and times that PostgreSQL has beside those of `CalendarNumber`: infinity, years before Christ and after 9999, and
/// midnight at the end of a day (https://www.postgresql.org/docs/current/datatype-datetime.html). They are read only as `OutputBuffer`
/// writes them, which is their text in a SQLite file, too.
enum PostgreSQLSpecialMoments {
    /// The days of the server's calendar, which begins at 4714-11-24 BC: `IS_VALID_DATE` and `IS_VALID_TIMESTAMP` in
    /// `src/include/datatype/timestamp.h`.
    private static let dates: Range<Int64> = -2_451_545..<2_145_031_949
    private static let daysOfTimestamps: Range<Int64> = -2_451_545..<106_751_983

    /// Reads `YYYY-MM-DD HH:MM:SS.ffffff`, with `suffix` and ` BC` behind it, or an infinity, and returns microseconds since 2000.
    static func timestamp(_ text: UnsafeRawBufferPointer, suffix: StaticString = "") -> Int64? {
        if let infinity = Self.infinity(text, Int64.self) { return infinity }
        var reader = ASCIIReader(text)
        guard let date = reader.longDate(), reader.skip(" "), let time = reader.timeOfDay(), reader.skip(word: suffix)
        else { return nil }
        let days = Self.days(date, isBeforeChrist: reader.skip(word: " BC"))
        guard daysOfTimestamps.contains(days) else { return nil }
        let moment = days * CalendarNumber.microsecondsPerDay + time.microseconds
        return isWritten(text) { $0.append(timestamp: moment, suffix: suffix) } ? moment : nil
    }

    /// Reads `YYYY-MM-DD`, with ` BC` behind it, or an infinity, and returns days since 2000-01-01.
    static func date(_ text: UnsafeRawBufferPointer) -> Int32? {
        if let infinity = Self.infinity(text, Int32.self) { return infinity }
        var reader = ASCIIReader(text)
        guard let date = reader.longDate() else { return nil }
        let days = Self.days(date, isBeforeChrist: reader.skip(word: " BC"))
        guard dates.contains(days) else { return nil }
        let day = Int32(days)
        return isWritten(text) { $0.append(date: day) } ? day : nil
    }

    /// Reads the end of a day, and returns microseconds since its midnight.
    static func time(_ text: UnsafeRawBufferPointer) -> Int64? {
        text.elementsEqual("24:00:00.000000".utf8) ? CalendarNumber.microsecondsPerDay : nil
    }

    /// Whether a text is such a value of some type, which `CalendarNumber` does not read.
    static func include(_ text: UnsafeRawBufferPointer) -> Bool {
        if CalendarNumber.timestamp(text, zone: .optional) != nil || CalendarNumber.date(text) != nil { return false }
        return (timestamp(text) ?? timestamp(text, suffix: "Z") ?? time(text)) != nil || date(text) != nil
    }

    private static func infinity<Number: FixedWidthInteger>(
        _ text: UnsafeRawBufferPointer, _ type: Number.Type
    ) -> Number? {
        if text.elementsEqual("infinity".utf8) { return .max }
        return text.elementsEqual("-infinity".utf8) ? .min : nil
    }

    /// Whether `write` writes this text. It does not if the calendar has no such day.
    private static func isWritten(_ text: UnsafeRawBufferPointer, _ write: (inout OutputBuffer) -> Void) -> Bool {
        var buffer = OutputBuffer(capacity: 48)
        write(&buffer)
        return buffer.bytes.elementsEqual(text)
    }

    /// Returns the days since 2000-01-01, by Hinnant's `days_from_civil`. The year before year 1 is 1 BC.
    private static func days(_ date: LongDate, isBeforeChrist: Bool) -> Int64 {
        let year = isBeforeChrist ? 1 - date.year : date.year
        let (era, yearOfEra) = (date.month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let dayOfYear = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 730_425
    }
}

/// The numbers of a date as it is written.
private struct LongDate {
    var year: Int64
    var month: Int64
    var day: Int64
}

extension ASCIIReader {
    /// Reads `YYYY-MM-DD` with a year of four to seven digits, whether the calendar has the day or not.
    fileprivate mutating func longDate() -> LongDate? {
        var (year, digits) = (0, 0)
        while digits < 7, let next = digit() { (year, digits) = (year * 10 + next, digits + 1) }
        guard digits >= 4, skip("-"), let month = number(digits: 2), skip("-"), let day = number(digits: 2) else {
            return nil
        }
        return LongDate(year: Int64(year), month: Int64(month), day: Int64(day))
    }
}
