/// Reads the parts of JSON that PostgreSQL's expressions name by a path, for `PostgreSQLPhrase`. The tokens are without blanks.
enum PostgreSQLJSONPath {
    /// The function that stands for what `extraction` reads. No server has it.
    static let function = "tc_json_extract"

    /// Reads what follows the first character of `#>` or `#>>`. Returns the part as a chain of `->`, and where it ends; `nil` for a
    /// path of more than names, since a number may be a position or a name.
    static func part(of json: String, _ tokens: [SQLToken], at start: Int) -> (sql: String, end: Int)? {
        guard start < tokens.count, tokens[start].isSymbol(">") || tokens[start].isSymbol(">>") else { return nil }
        var words = BareTokens(tokens, from: start + 1)
        guard let keys = keys(&words), let last = keys.last else { return nil }
        let inner = keys.dropLast().reduce(json) { "(\($0) -> \(SQLText.literal($1)))" }
        let sign = tokens[start].isSymbol(">>") ? "->>" : "->"
        // The parenthesis around the array belongs to the path.
        let end = tokens[start + 1].isSymbol("(") ? words.end + 1 : words.end
        return ("(\(inner) \(sign) \(SQLText.literal(last)))", end)
    }

    /// Reads the CASE as which a transfer from SQLite writes the text of `json_extract()`. Returns a call of `function`, and where the CASE
    /// ends; `nil` for any other CASE.
    static func extraction(_ tokens: [SQLToken], at start: Int) -> (sql: String, end: Int)? {
        guard tokens[start].isWord("CASE"), start + 1 < tokens.count, tokens[start + 1].isWord("JSON_TYPEOF") else {
            return nil
        }
        var head = BareTokens(tokens, from: start + 2)
        var json: [SQLToken] = []
        while let token = head.next(), !token.isSymbol("#") { json.append(token) }
        guard head.next()?.isSymbol(">") == true, let keys = keys(&head), let column = column(of: json),
            !keys.contains(where: { $0.contains("\"") || $0.contains("\\") })
        else { return nil }
        let text = SQLiteExpressionTranslation.extractedText(json.map(\.text).joined(), keys)
        var written = BareTokens(SQLToken.scan(text).filter { !$0.isBlank }, from: 0)
        var found = BareTokens(tokens, from: start)
        while let token = written.next() { guard found.next() == token else { return nil } }
        let path = "$" + keys.map { ".\"\($0)\"" }.joined()
        return ("\(function)(\(column), \(SQLText.literal(path)))", found.end)
    }

    /// Returns the column in an operand such as `t.doc::json`; `nil` for any other operand.
    private static func column(of json: [SQLToken]) -> String? {
        let isCast = json.suffix(2).map(\.text) == ["::", "json"]
        let column = isCast ? json.dropLast(2) : json[...]
        guard !column.isEmpty, column.allSatisfy({ $0.name != nil || $0.isSymbol(".") }) else { return nil }
        return column.map(\.text).joined()
    }

    /// Reads `ARRAY['a', 'b']` or `'{a, b}'::text[]`; `nil` for any other path, and for one with a number.
    private static func keys(_ tokens: inout BareTokens) -> [String]? {
        guard let first = tokens.next() else { return nil }
        if first.kind == .string, first.text.hasPrefix("'{") {
            guard tokens.next()?.isSymbol("[") == true, tokens.next()?.isSymbol("]") == true else { return nil }
            return keys(ofArray: SQLText.unquoted(first.text, doubled: "'"))
        }
        guard first.isWord("ARRAY"), tokens.next()?.isSymbol("[") == true else { return nil }
        var keys: [String] = []
        while let token = tokens.next(), token.kind == .string, token.text.hasPrefix("'") {
            let key = SQLText.unquoted(token.text, doubled: "'")
            guard Int(key) == nil else { return nil }
            keys.append(key)
            guard let next = tokens.next() else { return nil }
            if next.isSymbol("]") { return keys }
            guard next.isSymbol(",") else { return nil }
        }
        return nil
    }
}

extension PostgreSQLJSONPath {
    /// Returns the elements of an array's text, as the server writes it; `nil` for one with quotes, a number, an array in it or NULL.
    private static func keys(ofArray text: String) -> [String]? {
        guard text.hasSuffix("}") else { return nil }
        let keys = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let areNames = keys.allSatisfy { key in
            !key.isEmpty && Int(key) == nil && key.uppercased() != "NULL" && !key.contains { "{}\"\\ ".contains($0) }
        }
        return areNames ? keys : nil
    }
}

/// The tokens of an expression without its parentheses, and without the type that the server writes behind a text: what is left of a given
/// expression is the same, however a server writes it.
private struct BareTokens {
    private let tokens: [SQLToken]
    /// The place behind the token that was read last.
    private(set) var end: Int

    init(_ tokens: [SQLToken], from start: Int) {
        self.tokens = tokens
        end = start
    }

    mutating func next() -> SQLToken? {
        while end < tokens.count {
            let token = tokens[end]
            if isTypeOfText {
                end += 2
                continue
            }
            end += 1
            if !token.isSymbol("("), !token.isSymbol(")") { return token }
        }
        return nil
    }

    private var isTypeOfText: Bool {
        end > 0 && tokens[end].isSymbol("::") && tokens[end - 1].kind == .string && end + 1 < tokens.count
            && tokens[end + 1].isWord("TEXT")
    }
}

extension PostgreSQLExpressionTranslation {
    /// Translates the call that stands for SQLite's `json_extract()`, whose value has a class of its own there; `nil` for any other
    /// expression.
    func extraction(_ tree: ExpressionTree) throws(Untranslatable) -> String? {
        guard case .call(PostgreSQLJSONPath.function, let arguments) = tree, arguments.count == 2,
            case .string(let path) = arguments[1]
        else { return nil }
        let json = try piece(arguments[0])
        guard json.kind == .text || json.kind == .json else { return nil }
        return "json_extract(\(json.sql), \(SQLText.literal(path)))"
    }
}
