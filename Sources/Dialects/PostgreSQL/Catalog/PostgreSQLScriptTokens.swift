// What the words of a script say that is run again in a scratch schema.

extension PostgreSQLScratchScript {
    /// Returns the tokens of a text without blanks and, with `inStrings`, those inside of its strings in their place: code that `DO` runs,
    /// and names that functions find objects by.
    static func tokens(of text: String, inStrings: Bool) -> [SQLToken] {
        SQLToken.scan(text).flatMap { token -> [SQLToken] in
            if token.isBlank { return [] }
            guard inStrings, token.kind == .string else { return [token] }
            return tokens(of: inside(token.text), inStrings: true)
        }
    }

    private static func inside(_ string: String) -> String {
        if string.hasSuffix("'"), let quote = string.firstIndex(of: "'") {
            return SQLText.unquoted(String(string[quote...]), doubled: "'")
        }
        guard string.first == "$", let end = string.dropFirst().firstIndex(of: "$") else { return "" }
        let tag = string[...end]
        return String(string.dropFirst(tag.count).dropLast(tag.count))
    }

    /// Returns the name that the token stands for, as the catalog writes it.
    static func catalogName(_ token: SQLToken) -> String? {
        token.kind == .word ? SQLName.folded(token.text) : token.name
    }

    /// Whether the token is the name of a function that is created here.
    static func isCreated(_ at: Int, _ tokens: [SQLToken]) -> Bool {
        let kinds = ["FUNCTION", "PROCEDURE", "AGGREGATE"]
        guard at > 1, kinds.contains(where: tokens[at - 1].isWord) else { return false }
        return tokens[at - 2].isWord("CREATE") || tokens[at - 2].isWord("REPLACE")
    }

    /// Whether a parenthesis follows the token.
    static func isCalled(_ at: Int, _ tokens: [SQLToken]) -> Bool {
        at + 1 < tokens.count && tokens[at + 1].isSymbol("(")
    }

    /// Whether a dot stands before or behind the token.
    static func isBesideDot(_ at: Int, _ tokens: [SQLToken]) -> Bool {
        at > 0 && tokens[at - 1].isSymbol(".") || at + 1 < tokens.count && tokens[at + 1].isSymbol(".")
    }

    /// Whether a query reads a table of this name there.
    static func isRead(_ name: ClosedRange<Int>, _ tokens: [SQLToken]) -> Bool {
        let before = name.lowerBound - 1
        guard before >= 0, tokens[before].isWord("FROM") || tokens[before].isWord("JOIN") else { return false }
        let isDeleted = before > 0 && tokens[before - 1].isWord("DELETE")
        return !isDeleted && !isCalled(name.upperBound, tokens)
    }

    /// Whether a query may lock the rows that it reads.
    static func locksRows(_ tokens: [SQLToken]) -> Bool {
        let locks = ["UPDATE", "SHARE", "NO", "KEY"]
        return tokens.indices.dropLast().contains { at in
            tokens[at].isWord("FOR") && locks.contains(where: tokens[at + 1].isWord)
        }
    }

    /// Whether the token, which no dot follows, names a table of a query, as in `FROM orders app` and `FROM app`.
    static func isAlias(_ at: Int, _ tokens: [SQLToken]) -> Bool {
        guard at > 0, !isBesideDot(at, tokens) else { return false }
        let before = tokens[at - 1]
        let isOther = ["SCHEMA", "EXISTS", "TO", "SET", "LOCAL"].contains(where: before.isWord)
        return !isOther && (before.name != nil || before.isSymbol(")"))
    }

    /// Whether the text, or one inside of it, calls `setval` or `nextval` otherwise than with the name of the sequence, or with the column
    /// that it numbers: a number of the catalogs, or a name that is put together, may stand for any sequence.
    static func countsInAnySequence(_ text: String) -> Bool {
        let tokens = tokens(of: text, inStrings: false)
        return tokens.indices.contains { at in
            if tokens[at].kind == .string { return countsInAnySequence(inside(tokens[at].text)) }
            guard ["setval", "nextval"].contains(catalogName(tokens[at])), isCalled(at, tokens) else { return false }
            return !namesSequence(tokens[(at + 2)...])
        }
    }

    private static func namesSequence(_ arguments: ArraySlice<SQLToken>) -> Bool {
        var rest = arguments
        let isOfColumn = rest.first.flatMap(catalogName) == "pg_get_serial_sequence"
        if isOfColumn {
            rest = rest.dropFirst()
            guard rest.popFirst()?.isSymbol("(") == true, rest.popFirst()?.kind == .string,
                rest.popFirst()?.isSymbol(",") == true
            else { return false }
        }
        guard let name = rest.popFirst(), name.kind == .string, inside(name.text).first?.isNumber == false else {
            return false
        }
        return [",", ")", "::"].contains { rest.first?.isSymbol($0) == true }
    }

    /// Whether the text of these tokens runs statements that it puts together from what the catalogs say of every schema.
    static func composesFromCatalogs(_ tokens: [SQLToken]) -> Bool {
        guard composes(tokens), !tokens.contains(where: { $0.isWord("CURRENT_SCHEMA") }) else { return false }
        return tokens.indices.contains { at in
            guard let name = catalogName(tokens[at]), !isCalled(at, tokens) else { return false }
            return name == "information_schema" || name.hasPrefix("pg_") && !["pg_catalog", "pg_temp"].contains(name)
        }
    }

    /// Whether `EXECUTE` runs a text as a statement.
    static func composes(_ tokens: [SQLToken]) -> Bool {
        tokens.indices.contains { at in
            guard tokens[at].isWord("EXECUTE") else { return false }
            let others = ["FUNCTION", "PROCEDURE", "ON"]
            return at + 1 < tokens.count && !others.contains(where: tokens[at + 1].isWord)
        }
    }
}
