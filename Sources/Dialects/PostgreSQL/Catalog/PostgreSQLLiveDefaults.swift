/// The defaults that somebody has changed or dropped by hand.
enum PostgreSQLLiveDefaults {
    /// Returns, by table and column, the defaults that are surely not the declared ones. Of two expressions nobody can tell.
    static func strange(
        _ columns: [PostgreSQLColumnReader.Column], _ declared: Schema
    ) -> [String: [String: String?]] {
        var found: [String: [String: String?]] = [:]
        for column in columns where column.column.generated == nil && !column.column.isIdentity {
            guard let known = declared[column.table]?[column: column.column.name], known.generated == nil,
                !known.isIdentity, !isDeclared(column, known)
            else { continue }
            found[column.table, default: [:]][known.name] = .some(column.expression.map(withoutCast))
        }
        return found
    }

    private static func isDeclared(_ live: PostgreSQLColumnReader.Column, _ declared: Column) -> Bool {
        guard let text = live.expression, let value = declared.default else {
            return live.expression == nil && declared.default == nil
        }
        if declared.type.isNative { return true }
        let found = PostgreSQLDefault.parse(text, for: declared.type)
        switch value {
        case .expression: return true
        // These are written as expressions that only some types tell from others.
        case .now, .today, .uuid: return found == value || found?.isConstant == false
        case .json: return found?.isConstant == true
        case .boolean(let truth): return found == value || found == .text(String(truth))
        case .integer(let number) where declared.type == .boolean: return found == .boolean(number != 0)
        case .text, .integer, .real:
            let literal = withoutCast(text)
            return found == value
                || sameNumber(SQLToken.scan(literal).first?.stringValue ?? literal, value) == true
        }
    }

    /// Returns a literal without its cast, so that it has whatever type its column gets; any other expression as it is.
    private static func withoutCast(_ text: String) -> String {
        let tokens = PostgreSQLDefault.withoutCast(SQLToken.scan(text).filter { !$0.isBlank })
        return tokens.count == 1 ? tokens[0].text : text
    }

    private static func sameNumber(_ text: String, _ value: Default) -> Bool? {
        guard let here = CanonicalText.of(text, .numeric), let there = value.decimal(for: .numeric) else { return nil }
        return withoutZeros(here) == withoutZeros(there)
    }

    private static func withoutZeros(_ number: String) -> String {
        guard number.contains(".") else { return number }
        var number = number[...]
        while number.last == "0" { number.removeLast() }
        return String(number.last == "." ? number.dropLast() : number)
    }
}
