import Dialects

extension TypeChoice {
    /// Returns the type of a column without values whose declaration suggests none, taking into account a check that asks for the class of
    /// its values: they will be of that class, and SQLite stores no others there.
    static func regarding(
        _ checks: [Check], of column: String, _ choice: TypeChoice, _ meaning: DeclaredKind
    ) -> TypeChoice {
        guard !choice.isGiven, case .unknown = meaning else { return choice }
        let asked = checks.lazy.compactMap { $0.typeOfClass(of: column) }.first
        guard let type = asked, type != choice.type || choice.isGuessed else { return choice }
        let reason = type == choice.type ? nil : "it is empty, and a check asks for values of this class"
        return TypeChoice(type, because: reason)
    }
}

extension Check {
    /// The type for the class in `typeof(column) = 'integer'` or `typeof(column) IN ('integer', 'null')`; `nil` for any other check.
    fileprivate func typeOfClass(of column: String) -> ColumnType? {
        var tokens = SQLToken.scan(expression.sourceText).filter { !$0.isBlank }[...]
        while tokens.first?.isSymbol("(") == true, tokens.last?.isSymbol(")") == true {
            tokens = tokens.dropFirst().dropLast()
        }
        let rest = Array(tokens)
        guard rest.count > 5, rest[0].isWord("TYPEOF"), rest[1].isSymbol("("), rest[2].names(column),
            rest[3].isSymbol(")")
        else { return nil }
        let isOne = rest.count == 6 && (["=", "=="].contains(rest[4].text) || rest[4].isWord("IS"))
        let isList = rest[4].isWord("IN") && rest[5].isSymbol("(") && rest[rest.count - 1].isSymbol(")")
        guard isOne || isList else { return nil }
        let items = isOne ? [rest[5]] : rest[6..<(rest.count - 1)].filter { !$0.isSymbol(",") }
        let classes = items.map(\.text).filter { $0 != "'null'" }
        if Set(classes) == ["'integer'", "'real'"] { return .numeric }
        return classes.count == 1 ? Self.types[classes[0]] : nil
    }

    private static let types: [String: ColumnType] = [
        "'integer'": .bigint, "'real'": .real, "'text'": .text, "'blob'": .bytes,
    ]
}
