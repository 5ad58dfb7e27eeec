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
            let thousandths = "floor(extract(epoch FROM \(try moment(arguments, isCounted: true))) * 1000)"
            return Piece("((\(thousandths) + 210866760000000)::double precision / 86400000::double precision)", .number)
        case "unixepoch" where hasFraction:
            let thousandths = Self.milliseconds(try moment(arguments, isCounted: true))
            return Piece("(\(thousandths)::double precision / 1000)", .number)
        case "unixepoch":
            let moment = try moment(Self.asNow(arguments, for: "%s"), isCounted: true)
            return Piece(Self.epoch(moment), .integer, isWide: true)
        case "strftime":
            guard case .string(let format) = arguments.first else {
                throw Untranslatable("strftime() has no fixed format")
            }
            let moment = try moment(Self.asNow(Array(arguments.dropFirst()), for: format), isCounted: format == "%s")
            let text = try formatted(format, moment)
            let digits = ["%Y", "%m", "%d", "%H", "%M", "%S", "%j", "%w", "%W", "%Y%m", "%Y%m%d", "%Y%j"]
            return Piece(text, .text).edited { piece in
                piece.whole = format == "%s" ? Self.epoch(moment) : digits.contains(format) ? "(\(text))::bigint" : nil
            }
        default: return nil
        }
    }

    /// Translates the key of an index. In place of the text of a moment that a text means, it is the moment, which tells the same rows apart:
    /// PostgreSQL's catalog has no room for an expression that reads all fields out of such a moment.
    func key(_ tree: ExpressionTree) throws(Untranslatable) -> Piece {
        guard case .call(let function, let written) = tree, function == "date" || function == "datetime" else {
            return try piece(tree)
        }
        let (arguments, hasFraction) = Self.withoutSubsecond(written)
        guard let value = arguments.first, !Self.isNow(value), try piece(value).kind == .text else {
            return try piece(tree)
        }
        let field = function == "date" ? "day" : hasFraction ? "milliseconds" : "second"
        return Piece("date_trunc('\(field)', \(try moment(arguments)))", .native(.datetime))
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
    ///
    /// - Parameter isCounted: Whether a number is made of the moment. SQLite counts whole milliseconds, to which it rounds a text's fraction
    ///   of a second before it moves or counts the moment, unless a day, month or year is begun first.
    func moment(_ arguments: [ExpressionTree], isCounted: Bool = false) throws(Untranslatable) -> String {
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
        var mayPass = modifiers.contains(where: Self.mayMoveOn)
        if let value = arguments.first, !Self.isNow(value) {
            let piece = try piece(value)
            let isRounded = modifiers.first.map { !Self.begins($0) } ?? isCounted
            moment = try self.moment(
                of: piece, isEpoch: isEpoch, isMoved: !modifiers.isEmpty, isRounded: isRounded)
            // The last evening of the year 9999 has an hour 24, and is the next day in zones to the east.
            mayPass = mayPass || piece.kind == .text
        } else if use.isImmutable {
            throw Untranslatable("it reads the current time")
        } else {
            notes.asksForTime = true
        }
        // Now is far from the year 9999, unless a column's number is added to it.
        let isNear = moment == Self.utcNow && modifiers.allSatisfy(Self.isLiteral)
        var reach = 0.0
        for modifier in modifiers {
            let step = Self.reachBack(of: modifier)
            if reach + step > 1 { (moment, reach) = (Self.sinceYearZero(moment), 0) }
            moment = try moved(moment, by: modifier)
            reach += step
        }
        return !isNear && mayPass ? Self.withinYears(moment) : moment
    }

    /// Renders a moment that is NULL beyond the year 9999, as it is in SQLite. `least` passes over a NULL.
    private static func withinYears(_ moment: String) -> String {
        "nullif(least(\(moment), timestamp '10000-01-01'), timestamp '10000-01-01')"
    }

    /// Renders a moment that is NULL before the year 0, from where another step back is an error in PostgreSQL. `greatest` passes over a NULL.
    private static func sinceYearZero(_ moment: String) -> String {
        let before = "timestamp '0002-12-31 23:59:59.999999 BC'"
        return "nullif(greatest(\(moment), \(before)), \(before))"
    }

    /// Whether a modifier begins a day, month or year.
    private static func begins(_ modifier: ExpressionTree) -> Bool {
        if case .string(let text) = modifier { text.lowercased().hasPrefix("start of") } else { false }
    }

    private static func isLiteral(_ modifier: ExpressionTree) -> Bool {
        if case .string = modifier { true } else { false }
    }

    /// Whether a modifier may move a moment towards the future.
    private static func mayMoveOn(_ modifier: ExpressionTree) -> Bool {
        guard case .string(let text) = modifier else { return true }
        return !text.hasPrefix("-") && !text.lowercased().hasPrefix("start of")
    }
}
