/// The words that have a meaning in a grammar, so that they can't be names without quotes.
enum PortableWords {
    /// The words of the portable grammar itself. A column with such a name is written in quotes.
    static let grammar: Set<String> = [
        "ALL", "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "COLLATE", "CROSS", "DESC", "DISTINCT", "ELSE",
        "END", "ESCAPE",
        "EXCEPT", "EXISTS", "FILTER", "FROM", "FULL", "GROUP", "HAVING", "IN", "INNER", "INTERSECT", "IS", "ISNULL",
        "JOIN",
        "LEFT", "LIKE", "LIMIT", "NATURAL", "NOT", "NOTNULL", "NULL", "NULLS", "OFFSET", "ON", "OR", "ORDER", "OUTER",
        "OVER",
        "RIGHT", "SELECT", "THEN", "UNION", "USING", "VALUES", "WHEN", "WHERE", "WINDOW", "WITH", "TRUE", "FALSE",
    ]
}

/// A number as it is written: the count of its digits before and after the point.
struct PortableNumber: Hashable, Sendable {
    /// The number of digits before the point, without leading zeros.
    let whole: Int
    /// The number of digits after the point, without trailing zeros.
    let scale: Int
    let isZero: Bool
    /// The number itself, if it is written without a point and an exponent and fits into 64 bits; otherwise `nil`.
    let integer: Int64?

    /// Reads a number; returns `nil` for a text that is not written in decimal digits.
    init?(_ text: String) {
        var rest = Substring(text.lowercased())
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest.removeFirst() }
        let parts = rest.split(separator: "e", omittingEmptySubsequences: false)
        guard parts.count <= 2, let mantissa = parts.first else { return nil }
        guard let exponent = parts.count == 2 ? Int(parts[1]) : 0, (-399...399).contains(exponent) else { return nil }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count <= 2, let before = halves.first else { return nil }
        let after = halves.count == 2 ? halves[1] : ""
        let isDigits = (before + after).utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDigits, !(before.isEmpty && after.isEmpty) else { return nil }
        let digits = String(before + after)
        let leading = digits.prefix { $0 == "0" }.count
        let closing = digits.reversed().prefix { $0 == "0" }.count
        isZero = leading == digits.count
        // The significant digits reach from `high` places before the point to `low` places after it.
        let high = before.count + exponent - leading
        let low = after.count - exponent - closing
        whole = isZero ? 0 : max(high, 0)
        scale = isZero ? 0 : max(low, 0)
        integer = parts.count == 1 && halves.count == 1 ? Int64((isNegative ? "-" : "") + before) : nil
    }
}
