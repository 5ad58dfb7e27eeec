// Numbers in texts (https://www.sqlite.org/datatype3.html, section 3.2, and CAST in lang_expr.html). SQLite knows the blanks and digits of
// ASCII alone, where `\s` and `\d` of PostgreSQL's patterns depend on the database's locale. A number that is too large for a double is
// infinite there. PostgreSQL refuses to convert it, and before version 14 its decimals know no infinity, so the largest double stands for it.

extension SQLiteExpressionTranslation {
    static let blanks = #"[ \t\n\v\f\r]*"#
    private static let numberShape = #"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"#
    /// Matches the beginning of a text that CAST reads as an integer.
    private static let digitPrefix = "^\(blanks)([+-]?[0-9]+)"
    /// Matches a text that is a number as a whole.
    static let wholeNumber = "^\(blanks)\(numberShape)\(blanks)$"
    /// Matches a text that is a number as a whole, and not larger than all moments by far. A decimal has room for it.
    static let numberOfTime =
        "^\(blanks)"
        + #"[+-]?(?:[0-9]{1,99}\.?[0-9]{0,99}|\.[0-9]{1,99})(?:[eE][+-]?0*[0-9]{1,2})?"#
        + "\(blanks)$"

    /// Renders the condition under which no point and no exponent belong to the number at the beginning of a text. SQLite then computes with
    /// an INTEGER if 64 bits have room for it.
    static func hasBareDigits(_ text: String) -> String {
        let real = "^\(blanks)" + #"[+-]?(?:[0-9]+\.|\.[0-9]|[0-9]+[eE][+-]?[0-9])"#
        return "\(text) !~ '\(real)'"
    }

    /// Renders the condition under which 64 bits have room for a number without a fraction. The smallest such number has no opposite.
    static func hasRoom(for number: String) -> String {
        "\(number) >= -9223372036854775808 AND \(number) < 9223372036854775808"
    }

    /// Renders the condition under which SQLite stores a number as an INTEGER in a column that does so with whole numbers.
    static func isWhole(_ number: String) -> String { "\(number) = trunc(\(number)) AND \(hasRoom(for: number))" }

    /// Renders the number at the beginning of a text, as close as a double comes to it; 0 if there is none.
    static func number(beginning text: String) -> String {
        // The smallest double is about 5e-324.
        let number = "coalesce(trim_scale(round(\(decimal(beginning: text)), 323)), 0)"
        let most = "(1.7976931348623157 * 10::numeric ^ 308)"
        return "least(greatest(\(number), -\(most)), \(most))"
    }

    /// Renders the number at the beginning of a text as a decimal, with the zeros behind its point; NULL if there is none. A decimal has no
    /// room for every exponent, nor for every number of digits.
    static func decimal(beginning text: String) -> String {
        let found = "substring(left(\(text), 9999) from '^\(blanks)(\(numberShape))')"
        let withoutTiny = "regexp_replace(\(found), '^(.*[eE]-0*[1-9][0-9]{3}|[+-]?[0.]+[eE]).*$', '0')"
        return "regexp_replace(\(withoutTiny), '^([+-]?).*[eE][+]?0*[1-9][0-9]{3}.*$', '\\19e999')::numeric"
    }

    /// Renders the integer at the beginning of a text; 0 if there is none.
    static func integer(beginning text: Piece) -> Piece {
        let found = "substring(left(\(text.sql), 9999) from '\(digitPrefix)')"
        let number = clamped("(\(found))::numeric")
        return Piece("(CASE WHEN \(text.sql) IS NOT NULL THEN coalesce(\(number), 0) END)", .integer)
    }
}
