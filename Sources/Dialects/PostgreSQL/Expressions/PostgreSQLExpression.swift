/// Reads an expression as PostgreSQL writes it back.
///
/// PostgreSQL writes every cast, and the casts depend on the column's past: `IN ('a')` over a `varchar` column has other casts if
/// the column was `text` before. Casts of text to text mean nothing, so they are removed.
struct PostgreSQLExpression {
    /// The names of columns that hold text.
    private let textColumns: Set<String>

    init(_ columns: [Column]) {
        textColumns = Set(columns.filter { $0.type.isText }.map(\.name))
    }

    func read(_ text: String) -> SQLExpression { .native(sqlite: "", postgresql: withoutTextCasts(text)) }

    func withoutTextCasts(_ text: String) -> String {
        let tokens = SQLToken.scan(text)
        var kept: [SQLToken] = []
        var at = 0
        while at < tokens.count {
            if let end = endOfTextCast(tokens, at), isText(kept, castToArray: tokens[end - 1].isSymbol("]")) {
                at = end
            } else {
                kept.append(tokens[at])
                at += 1
            }
        }
        return kept.map(\.text).joined()
    }

    /// Returns the end of a cast to `::text` or `::character varying`, either with or without `[]`; `nil` for every other cast. A
    /// cast to a limited number of characters counts as another one, because it cuts.
    private func endOfTextCast(_ tokens: [SQLToken], _ start: Int) -> Int? {
        guard tokens[start].isSymbol("::") else { return nil }
        let words = tokens[(start + 1)...].prefix(3)
        var end = start + 1
        if words.first?.isWord("TEXT") == true {
            end += 1
        } else if words.first?.isWord("CHARACTER") == true, words.last?.isWord("VARYING") == true {
            end += 3
        } else {
            return nil
        }
        let rest = tokens[end...].prefix(2)
        if rest.first?.isSymbol("(") == true { return nil }
        return rest.first?.isSymbol("[") == true && rest.last?.isSymbol("]") == true ? end + 2 : end
    }

    /// Returns whether the operand of the cast is already text: a string, a column of texts, or a list of strings.
    private func isText(_ before: [SQLToken], castToArray: Bool) -> Bool {
        guard let last = before.last else { return false }
        if castToArray { return last.isSymbol("]") && before.dropLast().last?.kind == .string }
        // The server writes each name exactly, so `Value` is another column than `value`.
        return last.kind == .string || (enclosedName(before) ?? last.name).map(textColumns.contains) ?? false
    }

    /// Returns the name in `(name)` or `(t.name)` at the end of these tokens; `nil` if they end otherwise, as with a call.
    private func enclosedName(_ tokens: [SQLToken]) -> String? {
        guard tokens.last?.isSymbol(")") == true, let name = tokens.dropLast().last?.name else { return nil }
        var rest = tokens.dropLast(2)
        if rest.last?.isSymbol(".") == true { rest = rest.dropLast(2) }
        guard rest.last?.isSymbol("(") == true, rest.dropLast().last?.name == nil else { return nil }
        return name
    }
}
