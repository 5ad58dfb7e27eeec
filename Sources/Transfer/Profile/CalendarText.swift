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

/// Recognises dates and times of the years 1 to 9999 with at most microseconds, which both databases hold without loss.
///
/// The shapes are SQLite's (https://www.sqlite.org/lang_datefunc.html, "Time Values" 1 to 10), without `now` and numbers.
enum CalendarText {
    /// Returns the shape of a text that is a date, a time of day or a moment; `nil` for any other text.
    static func shape(of bytes: UnsafeRawBufferPointer) -> CalendarShape? {
        guard (5...32).contains(bytes.count) else { return nil }
        var shape = CalendarShape(hasDate: bytes[4] == UInt8(ascii: "-"), hasTime: true)
        var reader = ASCIIReader(bytes)
        var day: Int32 = 0
        if shape.hasDate {
            guard let date = reader.calendarDate() else { return nil }
            day = date
            if reader.isAtEnd {
                shape.hasTime = false
                return shape
            }
            shape.hasT = reader.skip("T")
            guard shape.hasT || reader.skip(" ") else { return nil }
        }
        guard let time = reader.timeOfDay(), time.fractionDigits <= 6 else { return nil }
        shape.hasSeconds = time.hasSeconds
        shape.fractionDigits = time.fractionDigits
        if reader.isAtEnd { return shape }
        guard let zone = reader.zoneOffset(), reader.isAtEnd else { return nil }
        switch zone.form {
        case .utc: shape.offset = .utc
        case .numeric: shape.offset = .numeric
        case .other: return nil
        }
        // Only within these years do both databases write a moment alike.
        return CalendarNumber.isReadable(day: day, time.microseconds - zone.microseconds) ? shape : nil
    }
}
