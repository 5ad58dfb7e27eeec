/// A day or a moment in ISO 8601's basic form, without hyphens and colons: GnuCash's `20240131`, MediaWiki's `20240131160828`, iCalendar's
/// `20240131T160828Z`. Such digits may as well be a number, so only a rule that says that there are none reads them.
package struct BasicMoment {
    /// Microseconds since 1 January 2000 on the clock that the text shows; of a day alone, those of its midnight.
    let microseconds: Int64
    /// Whether the text is a day alone.
    package let isDay: Bool
    /// Whether the text says that it is in UTC.
    let isInUTC: Bool

    /// Reads a text; `nil` for any other one, and outside the years 1 to 9999.
    package init?(_ text: UnsafeRawBufferPointer) {
        guard (8...16).contains(text.count) else { return nil }
        var reader = ASCIIReader(text)
        guard let days = reader.calendarDate(isBasic: true) else { return nil }
        let midnight = Int64(days) * CalendarNumber.microsecondsPerDay
        isDay = reader.isAtEnd
        guard !isDay else {
            microseconds = midnight
            isInUTC = false
            return
        }
        _ = reader.skip("T")
        guard let hour = reader.number(digits: 2), hour < 24, let minute = reader.number(digits: 2), minute < 60,
            let second = reader.number(digits: 2), second < 60
        else { return nil }
        isInUTC = reader.skip("Z")
        guard reader.isAtEnd else { return nil }
        microseconds = midnight + Int64(hour * 3600 + minute * 60 + second) * 1_000_000
    }
}
