// Moments out of numbers and texts. No value of a row may end a whole view with an error: one that means no moment in SQLite is NULL.

extension SQLiteExpressionTranslation {
    /// Renders the moment that a value means.
    ///
    /// - Parameters:
    ///   - isMoved: Whether modifiers move the moment. Such a moment is NULL before the year 0, because PostgreSQL's calendar begins at the
    ///     same time as the Julian days, and a step back from there is an error.
    ///   - isRounded: Whether the seconds in a text are rounded to milliseconds.
    func moment(
        of piece: Piece, isEpoch: Bool, isMoved: Bool, isRounded: Bool
    ) throws(Untranslatable) -> String {
        guard !isEpoch else { return try moment(ofSeconds: piece, isMoved: isMoved) }
        switch piece.kind {
        case .native(.datetime): return piece.sql
        case .native(.timestamp): return "(\(piece.sql) AT TIME ZONE 'UTC')"
        case .native(.time): return "(timestamp '2000-01-01' + \(piece.sql))"
        case .native(.date): return "(\(piece.sql))::timestamp"
        case .null: return "NULL::timestamp"
        case .integer, .number: return Self.moment(ofDays: piece.sql, isMoved: isMoved)
        case .text:
            if let literal = piece.literal,
                Self.isReadable(literal, as: .date) || Self.isReadable(literal, as: .datetime)
            {
                return "\(piece.sql)::timestamp"
            }
            if let literal = piece.literal, Self.isReadable(literal, as: .time) {
                return "timestamp \(SQLText.literal("2000-01-01 " + literal))"
            }
            return Self.moment(ofText: piece.sql, isMoved: isMoved, isRounded: isRounded)
        case .boolean, .bytes, .native: throw Untranslatable("it uses a value of another type as a timestamp")
        }
    }

    /// Renders the moment of a number of seconds since 1970. Seconds beyond the year 9999, or before the first Julian day, are NULL. A text
    /// that is not a number as a whole has no moment. Without this test the number at its beginning would be read.
    private func moment(ofSeconds piece: Piece, isMoved: Bool) throws(Untranslatable) -> String {
        let seconds =
            piece.kind == .text && piece.literal == nil && piece.whole == nil
            ? "(CASE WHEN \(piece.sql) ~ '\(Self.numberOfTime)' THEN (\(allDigits(of: piece)))::numeric END)"
            : try number(piece).sql
        let first = isMoved ? "-62167219200" : "-210866760000"
        return "(CASE WHEN \(seconds) BETWEEN \(first) AND 253402300799 "
            + "THEN to_timestamp((\(seconds))::double precision) AT TIME ZONE 'UTC' END)"
    }

    /// Renders the moment of a Julian day. Day 2451545 begins at noon of the first day of 2000, and days beyond the year 9999 are NULL.
    /// SQLite counts whole milliseconds: a day of a double is a little less or more than the moment that it was made of.
    private static func moment(ofDays number: String, isMoved: Bool) -> String {
        let milliseconds = "round((\(number) - 2451545)::numeric * 86400000)::bigint"
        return "(CASE WHEN \(number) >= \(isMoved ? "1721059.5" : "0") AND \(number) < 5373484.5 "
            + "THEN timestamp '2000-01-01 12:00:00' + \(milliseconds) * interval '1 millisecond' END)"
    }

    /// Renders the moment that a text in one of SQLite's formats means; NULL for any other text. A text that reads as a number counts days.
    private static func moment(ofText text: String, isMoved: Bool, isRounded: Bool) -> String {
        let clock = clock(ofText: text, isRounded: isRounded)
        return "(CASE WHEN \(text) ~ '\(momentShape)' THEN \(day(ofText: text)) + \(clock) "
            + "WHEN \(text) ~ '\(numberOfTime)' THEN \(moment(ofDays: "(\(text))::numeric", isMoved: isMoved)) END)"
    }

    /// Renders the day that a text names. It is counted from the first day of the year 0, because SQLite accepts a 31st of every month, and a
    /// cast of the text would be an error; nor is a cast immutable. A time of day is one of the first day of 2000.
    private static func day(ofText text: String) -> String {
        func whole(_ start: Int, _ length: Int) -> String { "substr(\(text), \(start), \(length))::integer" }
        let date = "make_interval(years => \(whole(1, 4)), months => \(whole(6, 2)) - 1, days => \(whole(9, 2)) - 1)"
        return "CASE WHEN \(text) ~ '^[0-9]{4}' THEN timestamp '0001-01-01 BC' + \(date) "
            + "ELSE timestamp '2000-01-01' END"
    }

    /// Renders the time from midnight until the time of day that a text names, which may be in the hour 24. A text without a zone is in UTC.
    private static func clock(ofText text: String, isRounded: Bool) -> String {
        func found(_ pattern: String) -> String { "substring(\(text) from '\(pattern)')" }
        let (hour, minute) = (found("([0-9][0-9]):[0-9][0-9]"), found("[0-9][0-9]:([0-9][0-9])"))
        let digits = found(":[0-9][0-9]:([0-9][0-9](\\.[0-9]{1,9})?)")
        let second = isRounded ? "round(\(digits)::numeric, 3)" : digits
        let zoneHour = found("([+-][0-9][0-9]):[0-9][0-9]\(blanks)$")
        let zoneSign = found("([+-])[0-9][0-9]:[0-9][0-9]\(blanks)$")
        let zoneMinute = "(\(zoneSign) || \(found("([0-9][0-9])\(blanks)$")))"
        return "make_interval(hours => coalesce(\(hour)::integer, 0) - coalesce(\(zoneHour)::integer, 0), "
            + "mins => coalesce(\(minute)::integer, 0) - coalesce(\(zoneMinute)::integer, 0), "
            + "secs => coalesce(\(second)::double precision, 0))"
    }

    /// Matches the texts that SQLite reads as a date, a time of day, or both (`parseYyyyMmDd` and its neighbours in its date.c).
    private static let momentShape: String = {
        let date = #"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[ \t-\rT]*"#
        let zone = #"[ \t-\r]*([Zz]|[+-](0[0-9]|1[0-4]):[0-5][0-9])?[ \t-\r]*"#
        let clock = #"([01][0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"# + zone
        return "^(\(date)|(\(date))?\(clock))$"
    }()
}
