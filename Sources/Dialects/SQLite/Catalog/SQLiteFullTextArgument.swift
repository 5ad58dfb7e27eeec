/// An argument of `fts3(…)` or `fts4(…)`, as these modules read it (https://www.sqlite.org/fts3.html, sections 1.2, 6 and 8).
enum SQLiteFullTextArgument: Equatable {
    /// A column. What follows its name, such as a type, means nothing.
    case column(String)
    case option(String, value: String)

    /// Reads `title TEXT`, `tokenize porter` or `content="docs"`; returns `nil` if the text names nothing.
    ///
    /// The word `tokenize` in any case and a mark behind it, be it `=` or a blank, announce the tokenizer, but only the first time. Other
    /// options are fts4's alone.
    init?(_ text: String, hasOptions: Bool, hasTokenizer: Bool) {
        let behind = text.dropFirst("tokenize".count)
        if !hasTokenizer, SQLName.equal(String(text.prefix("tokenize".count)), "tokenize"),
            let mark = behind.first, !Self.isOfName(mark)
        {
            self = .option("tokenize", value: Self.name(in: behind.dropFirst()) ?? "")
        } else if hasOptions, let sign = text.firstIndex(of: "=") {
            self = .option(SQLName.folded(String(text[..<sign])), value: Self.value(text[text.index(after: sign)...]))
        } else {
            guard let name = Self.name(in: text[...]) else { return nil }
            self = .column(name)
        }
    }

    private static func isOfName(_ character: Character) -> Bool {
        !character.isASCII || character.isLetter || character.isNumber || character == "_" || character == "$"
    }

    /// The first name in the text; marks before it mean nothing.
    private static func name(in text: Substring) -> String? {
        var cursor = SQLiteTokenCursor(String(text))
        while let token = cursor.current {
            if let name = token.nameOrString ?? (token.kind == .number ? token.text : nil) { return name }
            cursor.advance()
        }
        return nil
    }

    /// The value of an option: what its quotes enclose or, without quotes, all of it.
    private static func value(_ text: Substring) -> String {
        guard let first = text.first, "'\"`[".contains(first) else { return String(text) }
        return SQLiteTokenCursor(String(text)).current?.nameOrString ?? String(text)
    }
}
