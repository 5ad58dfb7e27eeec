/// The text in which a SQLite column stores a value of a type that has no storage class of its own there.
package enum CanonicalText {
    /// Returns the text of the same value as the column stores it; `nil` if the text is no such value, or the type has no such form.
    static func of(_ text: String, _ type: ColumnType) -> String? {
        var text = text
        return text.withUTF8 { make(UnsafeRawBufferPointer($0), type) }
    }

    private static func make(_ bytes: UnsafeRawBufferPointer, _ type: ColumnType) -> String? {
        var buffer = OutputBuffer(capacity: 64)
        switch type {
        case .timestamp:
            guard let moment = CalendarNumber.timestamp(bytes, zone: .optional) ?? CalendarNumber.reading(bytes) else {
                return nil
            }
            buffer.append(timestamp: moment, separator: "T", suffix: "Z")
        case .datetime:
            guard let moment = CalendarNumber.reading(bytes) else { return nil }
            buffer.append(timestamp: moment)
        case .date:
            guard let day = CalendarNumber.date(bytes) else { return nil }
            buffer.append(date: day)
        case .time:
            guard let time = CalendarNumber.time(bytes) else { return nil }
            // A column has times of both kinds: as PostgreSQL writes them, and with all six decimals.
            let isWhole = time % 1_000_000 == 0
            buffer.append(time: time, isBrief: isWhole && bytes.count <= 8)
        case .uuid:
            guard let words = UUIDText.words(bytes) else { return nil }
            buffer.append(uuid: words)
        case .interval: return IntervalText.canonical(String(decoding: bytes, as: UTF8.self))
        case .decimal(let precision, let scale):
            guard let number = DecimalText(bytes), number.isZero || number.whole <= precision - scale,
                number.significantScale <= scale
            else { return nil }
            return number.plain(decimals: scale)
        case .numeric:
            // The digits that a numeric of PostgreSQL has at most before and after the point.
            guard let number = DecimalText(bytes), number.whole <= 131_072, number.scale <= 16_383 else { return nil }
            return number.plain(decimals: number.scale)
        case .smallint, .integer, .bigint, .real, .text, .varchar, .boolean, .json, .jsonText, .bytes, .native:
            return nil
        }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// Returns whether the text is written as the column stores it.
    static func isCanonical(_ text: String, _ type: ColumnType) -> Bool {
        guard let canonical = of(text, type) else { return false }
        guard type == .time, text != canonical, canonical.contains(".") else { return text == canonical }
        // PostgreSQL leaves out the zeros at the end of the fraction.
        return text.contains(".") && canonical.hasPrefix(text) && !text.hasSuffix(".")
    }

    /// A canonical text, for people who wrote something else.
    package static func example(_ type: ColumnType) -> String? {
        switch type {
        case .timestamp: "2026-01-31T09:30:00.000000Z"
        case .datetime: "2026-01-31 09:30:00.000000"
        case .date: "2026-01-31"
        case .time: "09:30:00"
        case .interval: "1 day 02:30:00"
        case .uuid: "1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b"
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .json, .jsonText,
            .bytes, .native:
            nil
        }
    }
}
