/// Reads an expression as PostgreSQL writes it back.
///
/// It writes down every cast, and which ones depends on the way that led there: `IN ('a')` over a `varchar` column reads one
/// way when the column was made so, and another when it once was `text`. Casts of text to text say nothing, so they go.
struct PostgreSQLExpression {
    /// Columns that hold text.
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

    /// Behind `::text`, `::character varying` and either with `[]`; `nil` for every other cast, also for one to so many
    /// characters, which cuts.
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

    /// Whether what stands before the cast is text already: a string, a column of texts, or a list of strings.
    private func isText(_ before: [SQLToken], castToArray: Bool) -> Bool {
        guard let last = before.last else { return false }
        if castToArray { return last.isSymbol("]") && before.dropLast().last?.kind == .string }
        // The server writes each name as it is: `Value` is another column than `value`.
        return last.kind == .string || last.name.map(textColumns.contains) ?? false
    }
}
