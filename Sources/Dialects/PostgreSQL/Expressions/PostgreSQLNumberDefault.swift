/// A number that is a default, as a column of PostgreSQL stores it: with all decimals of a `numeric(10, 2)`, and rounded where it has
/// more. A half goes away from zero (the manual, 8.1.2).
struct PostgreSQLNumberDefault {
    private let digits: Int64
    private let scale: Int

    /// Returns the default that a column of this type stores for a number's text.
    static func stored(_ text: String, as type: ColumnType) throws(Untranslatable) -> Default {
        if case .decimal(let precision, let decimals) = type, isWritten(text, precision, decimals) {
            return .text(text)
        }
        guard let number = PostgreSQLNumberDefault(text) else {
            throw Untranslatable("it has an exponent, or more digits than are rounded here")
        }
        return try number.stored(as: type)
    }

    /// Whether the text has exactly these decimals already, so that it may have any number of digits.
    private static func isWritten(_ text: String, _ precision: Int, _ decimals: Int) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ part in !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return false
        }
        let written = parts.count == 2 ? parts[1].utf8.count : 0
        return parts.count < 3 && written == decimals && parts[0].utf8.count <= precision - decimals
    }

    /// Creates the number from its text; `nil` if it has an exponent or more than 18 digits.
    private init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 19, parts.count < 3, let digits = Int64(parts.joined()) else { return nil }
        (self.digits, scale) = (digits, parts.count == 2 ? parts[1].utf8.count : 0)
    }

    /// Returns the number with so many decimals; `nil` if it has too many digits then.
    private func rounded(to wanted: Int) -> Int64? {
        let power = Self.power(abs(wanted - scale))
        guard let power else { return nil }
        guard wanted < scale else {
            let (product, overflow) = digits.multipliedReportingOverflow(by: power)
            return overflow ? nil : product
        }
        return (digits + (digits < 0 ? -power : power) / 2) / power
    }

    /// Returns the default that a column of this type stores.
    private func stored(as type: ColumnType) throws(Untranslatable) -> Default {
        switch type {
        case .smallint, .integer, .bigint:
            if let number = rounded(to: 0) { return .integer(number) }
        case .decimal(let precision, let decimals):
            if let number = rounded(to: decimals),
                Self.power(precision).map({ number.magnitude < $0.magnitude }) ?? true
            {
                return .text(Self.text(number, decimals))
            }
        case .real, .numeric, .boolean, .text, .varchar, .json, .jsonText, .bytes, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .native:
            break
        }
        throw Untranslatable("it does not fit \(type.word)")
    }

    private static func text(_ number: Int64, _ decimals: Int) -> String {
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        let sign = number < 0 ? "-" : ""
        return decimals == 0 ? sign + padded : "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    private static func power(_ count: Int) -> Int64? {
        count > 18 ? nil : Int64("1" + String(repeating: "0", count: count))
    }
}
