/// Conditions that are true for a text or number that does not fit another type. They agree with PostgreSQL's, so that both
/// databases refuse the same values. Each condition is NULL or false for NULL.
enum SQLiteIncompatibility {
    /// A condition: the text is not an integer within the type's range. CAST stops at the largest integer, so a number beyond
    /// it comes back as a different number.
    static func integer(_ text: String, _ type: ColumnType) -> String {
        let body = "trim(\(text))"
        let digits = "ltrim(ltrim(\(body), '+-'), '0')"
        let value = "CAST(\(body) AS INTEGER)"
        var incompatibility =
            "\(body) NOT GLOB '[-+0-9]*' OR substr(\(body), 2) GLOB '*[^0-9]*' OR \(body) IN ('+', '-') "
        incompatibility +=
            "OR replace(CAST(\(value) AS TEXT), '-', '') <> CASE \(digits) WHEN '' THEN '0' ELSE \(digits) END"
        if type == .smallint { incompatibility += " OR \(value) NOT BETWEEN -32768 AND 32767" }
        if type == .integer { incompatibility += " OR \(value) NOT BETWEEN -2147483648 AND 2147483647" }
        return "(\(incompatibility))"
    }

    /// A condition: the text is not a number in decimal digits.
    static func number(_ text: String) -> String {
        let body = "ltrim(trim(\(text)), '+-')"
        return "(length(trim(\(text))) - length(\(body)) > 1 OR \(body) GLOB '*[^0-9.]*' OR \(body) GLOB '*.*.*' "
            + "OR \(body) NOT GLOB '*[0-9]*')"
    }

    /// A condition: the text is not a number in decimal digits that a decimal of this precision and scale holds.
    static func decimal(_ text: String, _ precision: Int, _ scale: Int) -> String {
        "\(number(text)) OR \(digits(text, precision, scale))"
    }

    /// A condition: the text is not a number in decimal digits, with an exponent or without (`1e+16`), or a double would be infinite
    /// or 0 instead.
    static func double(_ text: String) -> String {
        let body = "trim(\(text))"
        let place = "instr(lower(\(body)), 'e')"
        let mantissa = "CASE WHEN \(place) THEN substr(\(body), 1, \(place) - 1) ELSE \(body) END"
        let exponent = "substr(\(body), \(place) + 1)"
        let digits = "ltrim(\(exponent), '+-')"
        let double = "CAST(\(body) AS REAL)"
        return "(\(number("(\(mantissa))")) OR \(place) AND (\(digits) = '' OR \(digits) GLOB '*[^0-9]*' "
            + "OR length(\(exponent)) - length(\(digits)) > 1) OR abs(\(double)) > 1.7976931348623157e308 "
            + "OR \(double) = 0 AND (\(mantissa)) GLOB '*[1-9]*')"
    }

    /// A condition: the number has more digits than a decimal of this precision and scale.
    static func digits(_ text: String, _ precision: Int, _ scale: Int) -> String {
        let body = "ltrim(ltrim(trim(\(text)), '+-'), '0')"
        let whole = "CASE WHEN instr(\(body), '.') THEN instr(\(body), '.') - 1 ELSE length(\(body)) END"
        let fraction = "CASE WHEN instr(\(body), '.') THEN length(rtrim(\(body), '0')) - instr(\(body), '.') ELSE 0 END"
        return "(\(whole) > \(precision - scale) OR \(fraction) > \(scale))"
    }

    /// A condition: the number has more digits than a double keeps.
    static func doublePrecision(_ text: String) -> String {
        "length(trim(replace(ltrim(\(text), '+-'), '.', ''), '0')) > 15"
    }

    /// A condition: the double is so large or so small that it is written with an exponent.
    static func exponent(_ number: String) -> String {
        "(abs(\(number)) >= 1e15 OR abs(\(number)) < 1e-4 AND \(number) <> 0)"
    }

    /// A condition: the text is not a day of the calendar. SQLite turns a 30th of February into the 1st of March only if a
    /// modifier is given.
    static func date(_ text: String) -> String {
        "(date(\(text), '+0 days') IS NOT \(text) OR \(text) GLOB '0000*')"
    }

    static func time(_ text: String) -> String {
        "(\(text) NOT GLOB '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]*' OR \(text) > '24' OR (length(\(text)) > 8 AND "
            + "(substr(\(text), 9, 2) NOT GLOB '.[0-9]' OR substr(\(text), 10) GLOB '*[^0-9]*' OR length(\(text)) > 15)))"
    }

    /// A condition: the text is not an ISO 8601 date, with or without a time of at most six decimals and an offset. SQLite
    /// itself accepts more (https://www.sqlite.org/lang_datefunc.html): the 31st of every month, 24:00, and "now".
    static func moment(_ text: String) -> String {
        let day = "substr(\(text), 1, 10)"
        let tail = "substr(\(text), instr(\(text), '.') + 1)"
        let separated =
            "substr(\(text), 11, 1) IN ('T', ' ') AND length(\(text)) > 15 AND substr(\(text), 12, 2) < '24'"
        // SQLite rounds to milliseconds, and so out of the calendar at the end of its last day: the fraction is left out there.
        let isLast = "\(text) GLOB '9999-12-31?[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*'"
        let whole = "CASE WHEN \(isLast) THEN substr(\(text), 1, 19) || ltrim(\(tail), '0123456789') ELSE \(text) END"
        return "(\(date(day)) OR strftime('%s', \(whole)) IS NULL OR (length(\(text)) > 10 AND NOT (\(separated))) "
            + "OR substr(\(text), 12) GLOB '*[^0-9:.+Z-]*' "
            + "OR length(\(tail)) - length(ltrim(\(tail), '0123456789')) > 6)"
    }
}

/// SQL that renders numbers, or numbers in texts, with canonical digits.
enum SQLiteNumberText {
    /// Returns the digits of a number's text, without redundant zeros.
    static func plain(_ text: String) -> String { "rtrim(\(pointed(text)), '.')" }

    /// Returns the number with exactly `scale` digits after the point. It must not have more significant ones.
    static func fixed(_ text: String, _ scale: Int) -> String {
        let number = pointed(text)
        guard scale > 0 else { return "substr(\(number), 1, instr(\(number), '.') - 1)" }
        let zeros = String(repeating: "0", count: scale)
        return "substr(\(number) || '\(zeros)', 1, instr(\(number), '.') + \(scale))"
    }

    /// Returns the number, or a time of day, without trailing zeros in its fraction.
    static func withoutZeros(_ text: String) -> String {
        "CASE WHEN instr(\(text), '.') THEN rtrim(rtrim(\(text), '0'), '.') ELSE \(text) END"
    }

    /// Returns a double in the fewest digits that give the same double again; CAST would cut it to 15 digits.
    static func shortest(_ number: String) -> String {
        let texts = ["printf('%.15g', \(number))", "printf('%.16g', \(number))"]
        let tries = texts.map { "WHEN CAST(\($0) AS REAL) = \(number) THEN \($0)" }.joined(separator: " ")
        return "CASE WHEN \(number) IS NULL THEN NULL \(tries) ELSE printf('%!.17g', \(number)) END"
    }

    /// Returns the number with a point in any case, and with a digit before the point.
    private static func pointed(_ text: String) -> String {
        let body = "ltrim(ltrim(trim(\(text)), '+-'), '0')"
        return "(CASE WHEN trim(\(text)) GLOB '-*[1-9]*' THEN '-' ELSE '' END || "
            + "CASE WHEN \(body) GLOB '[1-9]*' THEN '' ELSE '0' END || \(body) || "
            + "CASE WHEN instr(\(body), '.') THEN '' ELSE '.' END)"
    }
}
