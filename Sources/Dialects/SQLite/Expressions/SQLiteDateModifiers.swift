// The modifiers that move a moment: '+7 days', 'start of month', or a column's number with its unit
// (https://www.sqlite.org/lang_datefunc.html, section 3).

extension SQLiteExpressionTranslation {
    func moved(_ moment: String, by modifier: ExpressionTree) throws(Untranslatable) -> String {
        guard case .string(let text) = modifier else {
            guard let step = CountedStep(modifier) else {
                throw Untranslatable("it moves a time by a text that is no number with its unit")
            }
            return try moved(moment, by: step)
        }
        let words = text.lowercased().split(separator: " ").map(String.init)
        switch words.first {
        case "start" where words.count == 3 && ["year", "month", "day"].contains(words[2]):
            return "date_trunc('\(words[2])', \(moment))"
        case "weekday" where words.count == 2:
            guard let day = Int(words[1]), (0...6).contains(day) else { break }
            return "(\(moment) + ((7 + \(day) - extract(dow FROM \(moment))::integer) % 7) * interval '1 day')"
        case "localtime" where use == .insert && moment == Self.utcNow: return "localtimestamp"
        case "localtime": throw Untranslatable("it uses local time, which depends on the machine")
        // Since 3.46 it leaves a time alone that is known to be in UTC, as 'now' is.
        case "utc":
            throw Untranslatable("'utc' takes a time for local time, depending on the machine and on SQLite's version")
        case "unixepoch", "auto", "julianday": break
        case let count?:
            guard words.count == 2, let number = Double(count),
                count.utf8.allSatisfy({ "+-.0123456789".utf8.contains($0) }), let unit = DateUnit(words[1])
            else { break }
            guard number >= -Double(unit.limitBack), number <= Double(unit.limit) else {
                throw Untranslatable("'\(text)' moves a time further than both databases count")
            }
            return Self.moved(moment, by: "interval '\(count) \(unit)'", of: unit)
        case nil: break
        }
        throw Untranslatable("'\(text)' is a time modifier without a counterpart")
    }

    /// Returns how much of the time before the year 0 that both databases count a modifier may use up: 1 is all of it.
    static func reachBack(of modifier: ExpressionTree) -> Double {
        guard case .string(let text) = modifier else {
            return CountedStep(modifier).map { $0.sign == "+" ? 0 : 1 } ?? 0
        }
        let words = text.lowercased().split(separator: " ")
        guard words.count > 1 else { return 0 }
        if words[0] == "start" { return 366 / Double(DateUnit.day.limitBack) }
        guard let number = Double(words[0]), let unit = DateUnit(words[1]) else { return 0 }
        return max(0, -number / Double(unit.limitBack))
    }

    /// Moves a moment by a number that each row computes. The result is NULL where SQLite's is: for a number beyond its limits,
    /// and for a negative number behind a sign.
    private func moved(_ moment: String, by step: CountedStep) throws(Untranslatable) -> String {
        var count = try piece(step.count)
        guard count.kind == .integer else {
            throw Untranslatable("it moves a time by a value that is no whole number")
        }
        // printf() writes NULL as 0.
        if step.isPrinted { count.sql = "coalesce(\(count.sql), 0)" }
        let (back, on) = (step.unit.limitBack, step.unit.limit)
        let range = step.sign.isEmpty ? "-\(back) AND \(on)" : "0 AND \(step.sign == "-" ? back : on)"
        let interval = "\(step.sign == "-" ? "-" : "")\(count.sql) * interval '1 \(step.unit)'"
        return "(CASE WHEN \(count.sql) BETWEEN \(range) "
            + "THEN \(Self.moved(moment, by: interval, of: step.unit)) END)"
    }

    /// Renders a moment that is moved. SQLite counts up the month and keeps the day; in a month that is too short for this day,
    /// it goes on into the next month.
    private static func moved(_ moment: String, by interval: String, of unit: DateUnit) -> String {
        switch unit {
        case .day, .hour, .minute, .second: return "(\(moment) + \(interval))"
        case .month, .year:
            let month = "date_trunc('month', \(moment))"
            return "(\(month) + \(interval) + (\(moment) - \(month)))"
        }
    }
}

/// A unit by which modifiers count.
private enum DateUnit: String, CustomStringConvertible {
    case second, minute, hour, day, month, year

    /// Parses a unit, in any case, with or without the plural's s.
    init?(_ word: some StringProtocol) {
        let word = word.lowercased()
        self.init(rawValue: word.hasSuffix("s") ? String(word.dropLast()) : word)
    }

    var description: String { rawValue }

    /// The largest number of units that SQLite counts (`aXformType` in its date.c).
    var limit: Int {
        switch self {
        case .second: 464_269_060_799
        case .minute: 7_737_817_679
        case .hour: 128_963_627
        case .day: 5_373_484
        case .month: 176_545
        case .year: 14_712
        }
    }

    /// The largest number of units back from the year 0 that both databases count: their days begin in 4714 BC, where SQLite's
    /// result is NULL and PostgreSQL fails.
    var limitBack: Int {
        switch self {
        case .second: 148_699_497_600
        case .minute: 2_478_324_960
        case .hour: 41_305_416
        case .day: 1_721_059
        case .month: 56_544
        case .year: 4_712
        }
    }
}

/// A modifier whose number is computed: `'+' || n || ' days'`, or `printf('-%d months', n)`.
private struct CountedStep {
    /// `+`, `-`, or nothing.
    var sign: String
    var count: ExpressionTree
    var unit: DateUnit
    var isPrinted = false

    init?(_ modifier: ExpressionTree) {
        let parts: [ExpressionTree]
        if case .call(let function, let arguments) = modifier, ["printf", "format"].contains(function),
            arguments.count == 2, case .string(let format) = arguments[0]
        {
            let texts = format.split(separator: "%d", omittingEmptySubsequences: false)
            guard texts.count == 2 else { return nil }
            parts = [.string(String(texts[0])), arguments[1], .string(String(texts[1]))]
            isPrinted = true
        } else {
            parts = Self.concatenated(modifier)
        }
        guard case .string(let tail) = parts.last, tail.first == " ", let unit = DateUnit(tail.drop { $0 == " " })
        else {
            return nil
        }
        if parts.count == 3, case .string(let sign) = parts[0], ["", "+", "-"].contains(sign) {
            self.sign = sign
        } else {
            guard parts.count == 2 else { return nil }
            sign = ""
        }
        (count, self.unit) = (parts[parts.count - 2], unit)
    }

    private static func concatenated(_ tree: ExpressionTree) -> [ExpressionTree] {
        guard case .binary(.concatenate, let left, let right) = tree else { return [tree] }
        return concatenated(left) + concatenated(right)
    }
}
