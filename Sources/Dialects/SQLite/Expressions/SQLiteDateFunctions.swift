// Dates and times (https://www.sqlite.org/lang_datefunc.html). Here a moment is a timestamp without a zone, in UTC.

extension SQLiteExpressionTranslation {
    static let utcNow = "(now() AT TIME ZONE 'UTC')"

    /// Translates a call that computes something from a moment; returns `nil` for any other call.
    func momentCall(_ function: String, _ written: [ExpressionTree]) throws(Untranslatable) -> Piece? {
        if let constant = Self.constantMoment(function, written) { return constant }
        let (arguments, hasFraction) = Self.withoutSubsecond(written)
        let seconds = hasFraction ? "%f" : "%S"
        switch function {
        case "current_timestamp", "datetime":
            return Piece(try text(of: arguments, as: "%Y-%m-%d %H:%M:\(seconds)"), .text)
        case "current_date", "date": return Piece(try text(of: arguments, as: "%Y-%m-%d"), .text)
        case "current_time", "time": return Piece(try text(of: arguments, as: "%H:%M:\(seconds)"), .text)
        case "julianday":
            // Milliseconds are counted and divided in the same way as in SQLite.
            let thousandths = "floor(extract(epoch FROM \(try moment(arguments))) * 1000)"
            return Piece("((\(thousandths) + 210866760000000)::double precision / 86400000::double precision)", .number)
        case "unixepoch" where hasFraction:
            return Piece("(\(Self.milliseconds(try moment(arguments)))::double precision / 1000)", .number)
        case "unixepoch":
            return Piece(Self.epoch(try moment(Self.asNow(arguments, for: "%s"))), .integer, isWide: true)
        case "strftime":
            guard case .string(let format) = arguments.first else {
                throw Untranslatable("strftime() has no fixed format")
            }
            let moment = try moment(Self.asNow(Array(arguments.dropFirst()), for: format))
            let text = try formatted(format, moment)
            let digits = ["%Y", "%m", "%d", "%H", "%M", "%S", "%j", "%w", "%W", "%Y%m", "%Y%m%d", "%Y%j"]
            return Piece(text, .text).edited { piece in
                piece.whole = format == "%s" ? Self.epoch(moment) : digits.contains(format) ? "(\(text))::bigint" : nil
            }
        default: return nil
        }
    }

    /// Returns the arguments without the modifier that asks for milliseconds, and whether it was there. SQLite accepts that
    /// modifier in place of the time value too, which then is the current time (https://www.sqlite.org/lang_datefunc.html,
    /// section 3, since 3.42).
    static func withoutSubsecond(_ arguments: [ExpressionTree]) -> (arguments: [ExpressionTree], hasFraction: Bool) {
        func asksForFraction(_ argument: ExpressionTree) -> Bool {
            guard case .string(let text) = argument else { return false }
            return ["subsec", "subsecond"].contains(text.lowercased())
        }
        guard let first = arguments.first, arguments.contains(where: asksForFraction) else { return (arguments, false) }
        let modifiers = arguments.dropFirst().filter { !asksForFraction($0) }
        return ([asksForFraction(first) ? .string("now") : first] + modifiers, true)
    }

    private func text(of arguments: [ExpressionTree], as format: String) throws(Untranslatable) -> String {
        try formatted(format, moment(Self.asNow(arguments, for: format)))
    }

    /// Returns the arguments with `now` in place of CURRENT_TIMESTAMP, which is the same moment without its fraction, if neither the format
    /// nor a modifier shows a fraction. So Sequel writes local time.
    static func asNow(_ arguments: [ExpressionTree], for format: String) -> [ExpressionTree] {
        func isWhole(_ modifier: ExpressionTree) -> Bool {
            guard case .string(let text) = modifier else { return false }
            return !text.contains(".")
        }
        guard case .call("current_timestamp", let none)? = arguments.first, none.isEmpty, !format.contains("%f"),
            arguments.dropFirst().allSatisfy(isWhole)
        else { return arguments }
        return [ExpressionTree.string("now")] + arguments.dropFirst()
    }

    /// Returns whether a time value is the current time: the text `now`, which SQLite reads in any case. TypeORM writes it in capitals.
    static func isNow(_ value: ExpressionTree) -> Bool {
        guard case .string(let text) = value else { return false }
        return text.lowercased() == "now"
    }

    /// Renders the number of milliseconds since 1970 in SQLite's way of counting.
    static func milliseconds(_ moment: String) -> String {
        "floor(extract(epoch FROM \(moment == utcNow ? "now()" : moment)) * 1000)::bigint"
    }

    static func epoch(_ moment: String) -> String {
        "floor(extract(epoch FROM \(moment == utcNow ? "now()" : moment)))::bigint"
    }

    /// Renders a moment by a format of `strftime`.
    func formatted(_ format: String, _ moment: String) throws(Untranslatable) -> String {
        guard let readable = SQLiteDateFormat(format) else {
            throw Untranslatable("strftime('\(format)') has a field without a counterpart")
        }
        return use.isImmutable ? readable.immutable(moment) : readable.template(moment)
    }

    /// Renders the moment that a time value and its modifiers mean.
    func moment(_ arguments: [ExpressionTree]) throws(Untranslatable) -> String {
        // With a modifier, SQLite turns the 30th of February into a day of March.
        let fixed: [ExpressionTree] =
            [ExpressionTree.string("%Y-%m-%d %H:%M:%f")] + arguments + [ExpressionTree.string("+0 days")]
        if !arguments.isEmpty, let constant = Self.constantMoment("strftime", fixed),
            let literal = constant.literal, Self.isReadable(literal, as: .datetime)
        {
            return "timestamp \(constant.sql)"
        }
        var modifiers = Array(arguments.dropFirst())
        var isEpoch = false
        if case .string(let text) = modifiers.first, text.lowercased() == "unixepoch" {
            isEpoch = true
            modifiers.removeFirst()
        }
        var moment = Self.utcNow
        if let value = arguments.first, !Self.isNow(value) {
            moment = try self.moment(of: piece(value), isEpoch: isEpoch)
        } else if use.isImmutable {
            throw Untranslatable("it reads the current time")
        } else {
            notes.asksForTime = true
        }
        // Now is far from the year 9999, unless a column's number is added to it.
        let isNear = moment == Self.utcNow && modifiers.allSatisfy(Self.isLiteral)
        for modifier in modifiers { moment = try moved(moment, by: modifier) }
        return !isNear && modifiers.contains(where: Self.mayMoveOn) ? Self.withinYears(moment) : moment
    }

    /// Renders a moment that is NULL beyond the year 9999, as it is in SQLite. `least` passes over a NULL.
    private static func withinYears(_ moment: String) -> String {
        "nullif(least(\(moment), timestamp '10000-01-01'), timestamp '10000-01-01')"
    }

    private static func isLiteral(_ modifier: ExpressionTree) -> Bool {
        if case .string = modifier { true } else { false }
    }

    /// Whether a modifier may move a moment towards the future.
    private static func mayMoveOn(_ modifier: ExpressionTree) -> Bool {
        guard case .string(let text) = modifier else { return true }
        return !text.hasPrefix("-") && !text.lowercased().hasPrefix("start of")
    }

    private func moment(of piece: Piece, isEpoch: Bool) throws(Untranslatable) -> String {
        if isEpoch {
            // Seconds beyond the year 9999, or before the first Julian day, are NULL. A text that is not a number as a whole
            // has no moment. Without this test the number at its beginning would be read.
            let seconds =
                piece.kind == .text && piece.literal == nil && piece.whole == nil
                ? "(CASE WHEN \(piece.sql) ~ '\(Self.numberOfTime)' THEN (\(allDigits(of: piece)))::numeric END)"
                : try number(piece).sql
            return "(CASE WHEN \(seconds) BETWEEN -210866760000 AND 253402300799 "
                + "THEN to_timestamp((\(seconds))::double precision) AT TIME ZONE 'UTC' END)"
        }
        switch piece.kind {
        case .native(.datetime): return piece.sql
        case .native(.timestamp): return "(\(piece.sql) AT TIME ZONE 'UTC')"
        case .native(.time): return "(timestamp '2000-01-01' + \(piece.sql))"
        case .native(.date): return "(\(piece.sql))::timestamp"
        case .null: return "NULL::timestamp"
        case .integer, .number: return Self.moment(ofDays: piece.sql)
        case .text:
            if let literal = piece.literal,
                Self.isReadable(literal, as: .date) || Self.isReadable(literal, as: .datetime)
            {
                return "\(piece.sql)::timestamp"
            }
            if let literal = piece.literal, Self.isReadable(literal, as: .time) {
                return "timestamp \(SQLText.literal("2000-01-01 " + literal))"
            }
            return use.isImmutable ? Self.immutableMoment(ofText: piece.sql) : Self.moment(ofText: piece.sql)
        case .boolean, .bytes, .native: throw Untranslatable("it uses a value of another type as a timestamp")
        }
    }

    /// Renders the moment of a Julian day. Day 2451545 begins at noon of the first day of 2000, and days beyond the year 9999 are NULL.
    /// SQLite counts whole milliseconds: a day of a double is a little less or more than the moment that it was made of.
    private static func moment(ofDays number: String, from first: String? = nil) -> String {
        let milliseconds = "round((\(first ?? number) - 2451545)::numeric * 86400000)::bigint"
        return "(CASE WHEN \(number) >= 0 AND \(number) < 5373484.5 "
            + "THEN timestamp '2000-01-01 12:00:00' + \(milliseconds) * interval '1 millisecond' END)"
    }

    /// Renders the branch for a text that reads as a number, which counts days. The first year of all is cut off: a month before it is an
    /// error in PostgreSQL, and SQLite's texts of both begin with a minus sign.
    private static func branch(forDays text: String) -> String {
        let number = "(\(text))::numeric"
        return "WHEN \(text) ~ '\(numberOfTime)' THEN \(moment(ofDays: number, from: "greatest(\(number), 400)"))"
    }

    /// Renders the moment that a text in one of SQLite's formats means; NULL for any other text. A text without a zone is in
    /// UTC. A time of day is one of the first day of 2000. The days are added to the first of the month, because SQLite accepts
    /// a 31st of every month.
    private static func moment(ofText text: String) -> String {
        let zone = #"(Z|[+-]\d\d:\d\d)$"#
        let first =
            "left(\(text), 8) || '01' || substr(\(text), 11) || CASE WHEN \(text) ~ '\(zone)' THEN '' ELSE 'Z' END"
        return "(CASE WHEN \(text) ~ '\(shape)' THEN (\(first))::timestamptz AT TIME ZONE 'UTC' "
            + "+ (substr(\(text), 9, 2)::integer - 1) * interval '1 day' "
            + "WHEN \(text) ~ '\(timeShape)' THEN timestamp '2000-01-01' + (\(text))::time \(branch(forDays: text)) END)"
    }

    /// Matches the texts that SQLite reads as a date, with or without a time.
    private static let shape =
        "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]\(clock)( *(Z|[+-][0-9]{2}:[0-9]{2}))?)?$"

    /// Matches the texts that SQLite reads as a time of day.
    private static let timeShape = "^\(clock)$"

    private static let clock = #"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"#

    /// Renders the same moment by functions that are immutable. The cast of a text to a timestamp is not: it depends on the
    /// session's DateStyle.
    private static func immutableMoment(ofText text: String) -> String {
        func whole(_ start: Int, _ length: Int) -> String { "substr(\(text), \(start), \(length))::integer" }
        func found(_ pattern: String, _ type: String) -> String { "substring(\(text) from '\(pattern)')::\(type)" }
        let zoneMinutes = "(substring(\(text) from '([+-])\\d\\d:\\d\\d$') || right(\(text), 2))::integer"
        let parts = [
            "make_timestamp(\(whole(1, 4)), \(whole(6, 2)), 1, 0, 0, 0)",
            "make_interval(days => \(whole(9, 2)) - 1",
            "hours => coalesce(\(found("^.{11}(\\d\\d)", "integer")) - coalesce(\(found("([+-]\\d\\d):\\d\\d$", "integer")), 0), 0)",
            "mins => coalesce(\(found("^.{14}(\\d\\d)", "integer")) - coalesce(\(zoneMinutes), 0), 0)",
            "secs => coalesce(\(found("^.{17}([0-9.]+)", "double precision")), 0))",
        ]
        let timeOfDay = [
            "make_interval(hours => \(whole(1, 2))", "mins => \(whole(4, 2))",
            "secs => coalesce(\(found("^.{6}([0-9.]+)", "double precision")), 0))",
        ]
        return "(CASE WHEN \(text) ~ '\(shape)' THEN \(parts[0]) + \(parts.dropFirst().joined(separator: ", ")) "
            + "WHEN \(text) ~ '\(timeShape)' THEN timestamp '2000-01-01' + \(timeOfDay.joined(separator: ", ")) \(branch(forDays: text)) END)"
    }
}
