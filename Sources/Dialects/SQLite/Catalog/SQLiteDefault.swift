/// Reads the text of a column's `DEFAULT` as `PRAGMA table_xinfo` gives it.
enum SQLiteDefault {
    /// Returns the default that the text means; `nil` for `NULL`, which a column without a default gets anyway.
    static func parse(_ text: String, for type: ColumnType, affinity: SQLiteTypeName.Affinity) -> Default? {
        let tokens = SQLToken.scan(text).filter { !$0.isBlank }
        let written = tokens.map(\.text).joined()
        if let number = number(written) { return meaning(of: number, for: type, affinity: affinity) }
        guard tokens.count == 1, let token = tokens.first else { return expression(text) }
        if token.isWord("NULL") { return nil }
        if let truth = truth(of: token) { return type == .boolean ? .boolean(truth) : .integer(truth ? 1 : 0) }
        guard !isCurrent(token), let string = token.nameOrString else { return expression(text) }
        return meaning(of: string, for: type, affinity: affinity)
    }

    /// Returns the text of a default as it may also stand in parentheses, where a word or a quoted name would be a column.
    static func unambiguous(_ text: String) -> String {
        let tokens = SQLToken.scan(text).filter { !$0.isBlank }
        guard tokens.count == 1, let token = tokens.first, let string = token.nameOrString, !token.isWord("NULL"),
            truth(of: token) == nil, !isCurrent(token)
        else { return text }
        return SQLText.literal(string)
    }

    private static func expression(_ text: String) -> Default { .expression(.native(sqlite: text, postgresql: "")) }

    private static func truth(of token: SQLToken) -> Bool? {
        token.isWord("TRUE") ? true : token.isWord("FALSE") ? false : nil
    }

    /// Every other bare word is taken for a string, as one in double quotes is.
    private static func isCurrent(_ token: SQLToken) -> Bool {
        ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"].contains(where: token.isWord)
    }

    private static func number(_ text: String) -> Default? {
        let (isNegative, digits) = sign(text)
        if let hexadecimal = hexadecimal(digits) { return .integer(isNegative ? 0 &- hexadecimal : hexadecimal) }
        guard let first = digits.first, first.isASCII, first.isNumber || first == "." else { return nil }
        let signed = (isNegative ? "-" : "") + digits
        if let integer = Int64(signed) { return .integer(integer) }
        return Double(signed).map { .real($0) }
    }

    private static func sign(_ text: String) -> (isNegative: Bool, digits: Substring) {
        var digits = Substring(text)
        var isNegative = false
        while let first = digits.first, first == "-" || first == "+" {
            if first == "-" { isNegative.toggle() }
            digits.removeFirst()
        }
        return (isNegative, digits)
    }

    private static func hexadecimal(_ digits: Substring) -> Int64? {
        guard digits.lowercased().hasPrefix("0x"), let bits = UInt64(digits.dropFirst(2), radix: 16) else { return nil }
        return Int64(bitPattern: bits)
    }

    // MARK: Affinity: what a row would really get (https://www.sqlite.org/datatype3.html, section 3)

    private static func meaning(of number: Default, for type: ColumnType, affinity: SQLiteTypeName.Affinity) -> Default
    {
        if type == .boolean, number == .integer(0) || number == .integer(1) { return .boolean(number == .integer(1)) }
        if affinity == .text, case .integer(let value) = number { return .text(String(value)) }
        if affinity == .text, case .real(let value) = number { return .text(SQLiteConstant.text(of: value)) }
        if affinity == .integer || affinity == .numeric, case .real(let value) = number,
            let integer = Int64(exactly: value)
        {
            return .integer(integer)
        }
        if affinity == .real, case .integer(let value) = number { return .real(Double(value)) }
        return number
    }

    private static func meaning(of string: String, for type: ColumnType, affinity: SQLiteTypeName.Affinity) -> Default {
        if type == .json || type == .jsonText { return .json(string) }
        if type == .boolean, string == "0" || string == "1" { return .boolean(string == "1") }
        switch affinity {
        case .text, .blob: return .text(string)
        case .integer, .real, .numeric:
            return number(stored: string).map { meaning(of: $0, for: type, affinity: affinity) } ?? .text(string)
        }
    }

    /// Returns the number that a column of numbers stores for a text. Hexadecimal digits and a second sign are no part of such a text.
    private static func number(stored text: String) -> Default? {
        let unsigned = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
        guard let first = unsigned.first, first.isASCII, first.isNumber || first == ".", hexadecimal(unsigned) == nil
        else {
            return nil
        }
        return number(text)
    }
}
