/// The casts to types that were made in a database, in its own SQL. Another database has no such types.
///
/// A literal says the same without its cast: `'sad'::mood`. Any other operand has another type without it, and compares otherwise.
struct PostgreSQLOwnCasts {
    /// The names of the types as tokens. The longest name comes first, since it may begin with a shorter one: `mood[]` with `mood`.
    private let types: [[SQLToken]]

    init(to names: Set<String>) {
        types = names.sorted { ($1.count, $0) < ($0.count, $1) }.map(SQLToken.scan)
    }

    /// A cast, by the places of its tokens: `::` and the type's name.
    private struct Cast {
        var range: Range<Int>
        var type: String
    }

    /// Returns the text without the casts: `'sad'::mood` becomes `'sad'`.
    func removed(from text: String) -> String {
        let tokens = SQLToken.scan(text)
        let removed = Set(casts(in: tokens).flatMap(\.range))
        return tokens.indices.filter { !removed.contains($0) }.map { tokens[$0].text }.joined()
    }

    /// Returns the type of a cast of anything but a literal; `nil` if there is none.
    func neededType(in text: String) -> String? {
        let tokens = SQLToken.scan(text)
        return casts(in: tokens).first { Self.literal(tokens, before: $0.range.lowerBound) == nil }?.type
    }

    /// Returns the type of a cast without which the text might not even run: as `neededType`, or of a literal that an operator or a
    /// function takes, which chooses what to do by the literal's type: `enum_range(NULL::mood)`.
    func decisiveType(in text: String) -> String? {
        let tokens = SQLToken.scan(text)
        return casts(in: tokens).first { !Self.standsAlone($0, in: tokens) }?.type
    }

    private func casts(in tokens: [SQLToken]) -> [Cast] {
        tokens.indices.compactMap { at in
            guard tokens[at].isSymbol("::") else { return nil }
            let rest = tokens[(at + 1)...]
            guard let type = types.first(where: { rest.starts(with: $0) }) else { return nil }
            var end = at + 1 + type.count
            if end < tokens.count, tokens[end].isSymbol("("),
                let close = tokens[end...].firstIndex(where: { $0.isSymbol(")") })
            {
                end = close + 1
            }
            return Cast(range: at..<end, type: type.map(\.text).joined())
        }
    }

    /// Whether a literal and its cast are the whole expression, a value of CASE or ARRAY, or compared for equality; or are cast on.
    private static func standsAlone(_ cast: Cast, in tokens: [SQLToken]) -> Bool {
        guard let literal = literal(tokens, before: cast.range.lowerBound) else { return false }
        let next = tokens[cast.range.upperBound...].first { !$0.isBlank }
        if next?.isSymbol("::") == true { return true }
        guard let before = tokens[..<literal].last(where: { !$0.isBlank }) else { return next == nil }
        if before.isSymbol("[") || before.isSymbol(",") { return opening(before: literal, in: tokens)?.text == "[" }
        return before.isWord("THEN") || before.isWord("ELSE") || before.isSymbol("=") || before.isSymbol("<>")
    }

    /// Returns the parenthesis or bracket that is open at a place; `nil` if none is.
    private static func opening(before at: Int, in tokens: [SQLToken]) -> SQLToken? {
        var depth = 0
        for token in tokens[..<at].reversed() {
            if token.isSymbol(")") || token.isSymbol("]") { depth += 1 }
            guard token.isSymbol("(") || token.isSymbol("[") else { continue }
            if depth == 0 { return token }
            depth -= 1
        }
        return nil
    }

    /// Returns the place of the literal that is cast at a place, perhaps by another cast before: `'5'::integer::positive`; `nil` if
    /// something else is cast.
    private static func literal(_ tokens: [SQLToken], before at: Int) -> Int? {
        guard at > 0 else { return nil }
        let before = tokens[at - 1]
        let isConstant = ["NULL", "TRUE", "FALSE"].contains { before.isWord($0) }
        if isConstant || before.kind == .string || before.kind == .number { return at - 1 }
        guard let cast = tokens[..<at].lastIndex(where: { $0.isSymbol("::") }), isType(tokens[(cast + 1)..<at])
        else { return nil }
        return literal(tokens, before: cast)
    }

    /// Whether the tokens are the name of a type and nothing else.
    private static func isType(_ tokens: ArraySlice<SQLToken>) -> Bool {
        func count(_ symbol: String) -> Int { tokens.count { $0.isSymbol(symbol) } }
        let words = tokens.filter { $0.name != nil }
        let others = tokens.filter { $0.name == nil && $0.kind != .number && !$0.isBlank }
        guard others.allSatisfy({ ["(", ")", "[", "]", ",", "."].contains($0.text) }),
            count("(") == count(")"), count("[") == count("]")
        else { return false }
        if count(".") == 1 { return words.count == 2 }
        return words.count == 1 || namesOfSeveralWords.contains(words.map(\.text).joined(separator: " "))
    }

    private static let namesOfSeveralWords: Set<String> = [
        "bit varying", "character varying", "double precision", "time with time zone", "time without time zone",
        "timestamp with time zone", "timestamp without time zone",
    ]
}
