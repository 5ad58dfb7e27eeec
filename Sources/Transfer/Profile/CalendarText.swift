import Dialects

/// The way in which a date, a time or a moment is written: the features that a text shares with others of its column.
struct CalendarShape: Hashable, Sendable {
    enum Offset: Int, Sendable { case none, utc, numeric }

    var hasDate: Bool
    var hasTime: Bool
    /// Whether a `T` stands between date and time; otherwise a space does.
    var hasT = false
    var hasSeconds = false
    var fractionDigits = 0
    var offset = Offset.none

    /// Returns how a column of this kind writes its moments, beside the target's texts: a day, or a time to the second, with the six digits
    /// of its fraction where it has one.
    static func texts(of shapes: [CalendarShape], as kind: DeclaredKind) -> NamedRelation.MomentTexts {
        func isRendered(_ shape: CalendarShape) -> Bool {
            guard kind != .date else { return !shape.hasTime }
            return shape.hasTime && !shape.hasT && shape.hasSeconds && [0, 6].contains(shape.fractionDigits)
                && shape.offset == .none
        }
        // A program that always writes six digits writes those of a whole second, too.
        let alwaysHaveFractions = !shapes.isEmpty && shapes.allSatisfy { $0.fractionDigits == 6 }
        if shapes.allSatisfy(isRendered), !alwaysHaveFractions { return .alike }
        guard shapes.count == 1, shapes[0].offset != .numeric else {
            return .mixed(haveTimes: shapes.allSatisfy(\.hasTime))
        }
        return .uniform(String(shapes[0].description.map { "YMDHSf".contains($0) ? "0" : $0 }))
    }

    /// A pattern for people: `2024-01-02T03:04:05.123Z` is `YYYY-MM-DDTHH:MM:SS.fffZ`.
    var description: String {
        var text = hasDate ? "YYYY-MM-DD" : ""
        guard hasTime else { return text }
        if hasDate { text += hasT ? "T" : " " }
        text += hasSeconds ? "HH:MM:SS" : "HH:MM"
        if fractionDigits > 0 { text += "." + String(repeating: "f", count: fractionDigits) }
        switch offset {
        case .none: return text
        case .utc: return text + "Z"
        case .numeric: return text + "±HH:MM"
        }
    }

    /// A small number that is different for each shape, so that shapes can be counted in an array.
    var slot: Int {
        var slot = (hasDate ? 1 : 0) + (hasTime ? 2 : 0) + (hasT ? 4 : 0) + (hasSeconds ? 8 : 0)
        slot += 16 * fractionDigits
        return slot + 112 * offset.rawValue
    }

    static let slots = 336

    init(hasDate: Bool, hasTime: Bool) {
        self.hasDate = hasDate
        self.hasTime = hasTime
    }

    init(slot: Int) {
        self.init(hasDate: slot & 1 != 0, hasTime: slot & 2 != 0)
        hasT = slot & 4 != 0
        hasSeconds = slot & 8 != 0
        fractionDigits = slot % 112 / 16
        offset = Offset(rawValue: slot / 112) ?? .none
    }
}

/// Reads dates and times of the years 1 to 9999 with at most microseconds, which both databases hold without loss.
///
/// The shapes are SQLite's (https://www.sqlite.org/lang_datefunc.html, "Time Values" 1 to 10), without `now` and numbers.
enum CalendarText {
    /// Returns the shape of a text that is a date, a time of day or a moment; `nil` for any other text.
    static func shape(of bytes: UnsafeRawBufferPointer) -> CalendarShape? {
        guard (5...32).contains(bytes.count) else { return nil }
        var shape = CalendarShape(hasDate: bytes[4] == UInt8(ascii: "-"), hasTime: true)
        var reader = ASCIIReader(bytes)
        var edge = Edge.none
        if shape.hasDate {
            guard let date = readDate(&reader) else { return nil }
            edge = date
            if reader.isAtEnd {
                shape.hasTime = false
                return shape
            }
            shape.hasT = reader.skip("T")
            guard shape.hasT || reader.skip(" ") else { return nil }
        }
        guard let minute = readTime(&reader, &shape), let ahead = readOffset(&reader, &shape), reader.isAtEnd,
            edge.holds(minute - ahead)
        else { return nil }
        return shape
    }

    /// The days on which an offset may lead out of the years 1 to 9999. Only within these years do both databases write a
    /// moment alike.
    private enum Edge {
        case none, first, last

        /// Whether a time of this day, in minutes of UTC, lies in these years.
        func holds(_ minute: Int) -> Bool {
            switch self {
            case .none: true
            case .first: minute >= 0
            case .last: minute < 1_440
            }
        }
    }

    private static func readDate(_ reader: inout ASCIIReader) -> Edge? {
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"),
            let day = reader.number(digits: 2), year >= 1, (1...12).contains(month), day >= 1,
            day <= days(in: month, of: year)
        else { return nil }
        return (year, month, day) == (1, 1, 1) ? .first : (year, month, day) == (9_999, 12, 31) ? .last : Edge.none
    }

    /// Reads a time of day and returns its minutes since midnight.
    private static func readTime(_ reader: inout ASCIIReader, _ shape: inout CalendarShape) -> Int? {
        guard let hour = reader.number(digits: 2), hour < 24, reader.skip(":"), let minute = reader.number(digits: 2),
            minute < 60
        else { return nil }
        let minutes = hour * 60 + minute
        guard reader.skip(":") else { return minutes }
        guard let second = reader.number(digits: 2), second < 60 else { return nil }
        shape.hasSeconds = true
        guard reader.skip(".") else { return minutes }
        while reader.digit() != nil { shape.fractionDigits += 1 }
        return (1...6).contains(shape.fractionDigits) ? minutes : nil
    }

    /// Reads an offset and returns the minutes by which it is ahead of UTC; 0 if there is none.
    private static func readOffset(_ reader: inout ASCIIReader, _ shape: inout CalendarShape) -> Int? {
        let isApart = reader.skip(" ")
        if reader.skip("Z") { shape.offset = .utc }
        guard shape.offset == .none else { return 0 }
        let isBehind = reader.skip("-")
        guard isBehind || reader.skip("+") else { return isApart ? nil : 0 }
        guard let hours = reader.number(digits: 2), hours < 16, reader.skip(":"),
            let minutes = reader.number(digits: 2), minutes < 60
        else { return nil }
        shape.offset = .numeric
        return (isBehind ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
