/// Reads the default of a column, or the expression that computes it, and parses a default as `pg_get_expr` returns it.
enum PostgreSQLDefault {
    /// Returns the expression, in SQL, of the text of a default or a computed column. `value` is the alias of its row of `pg_attrdef`,
    /// which may be missing.
    ///
    /// Given a table, the server looks at all its columns for each text: those of a table with 1,600 columns took 14 seconds. Only a
    /// computed column can name others, so only for one is the table given.
    static func text(of value: String) -> String {
        """
        pg_catalog.pg_get_expr(\(value).adbin, (
            SELECT CASE own.attgenerated WHEN '' THEN 0 ELSE own.attrelid END FROM pg_catalog.pg_attribute own
            WHERE own.attrelid = \(value).adrelid AND own.attnum = \(value).adnum), true)
        """
    }

    /// Returns the default; `nil` for `NULL`, which a column without a default gets anyway.
    static func parse(_ text: String, for type: ColumnType) -> Default? {
        let tokens = withoutCast(SQLToken.scan(text).filter { !$0.isBlank })
        if let single = single(tokens, type) { return single }
        let written = tokens.map(\.text).joined()
        if let function = function(written, type) { return function }
        if let number = number(written), takesNumber(type) { return number }
        guard tokens.count == 1, let token = tokens.first else { return expression(text) }
        if token.isWord("NULL") { return nil }
        if token.isWord("TRUE") { return truth(true, type) }
        if token.isWord("FALSE") { return truth(false, type) }
        guard let string = token.stringValue else { return expression(text) }
        switch type {
        case .json, .jsonText: return .json(string)
        case .smallint, .integer, .bigint, .real, .numeric, .decimal: return number(string) ?? expression(text)
        case .text, .varchar: return .text(string)
        // The declared text of a moment is longer than the server's. A special value such as `infinity` has none.
        case .timestamp, .datetime, .date, .time, .interval, .uuid:
            return CanonicalText.of(string, type).map { .text($0) } ?? expression(text)
        case .boolean, .bytes, .native: return expression(text)
        }
    }

    /// A truth value. The server writes it for a column of texts too, and stores its text there.
    private static func truth(_ value: Bool, _ type: ColumnType) -> Default {
        switch type {
        case .text, .varchar, .native(_, "bpchar"): return .text(String(value))
        // The only type of texts to which the server has no cast: it stores what it would print.
        case .native(_, "name"): return .text(value ? "t" : "f")
        case .native(_, let word) where word.hasPrefix("character("): return .text(String(value))
        case .smallint, .integer, .bigint, .real, .numeric, .decimal, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes, .native:
            return .boolean(value)
        }
    }

    /// Parses a number for a column that holds single precision, and so another number than a double would be.
    private static func single(_ tokens: [SQLToken], _ type: ColumnType) -> Default? {
        guard case .native(_, "real") = type, tokens.count == 1, let token = tokens.first,
            let number = Float(token.kind == .number ? token.text : token.stringValue ?? ""), number.isFinite
        else { return nil }
        return .real(Double(number))
    }

    private static func expression(_ text: String) -> Default { .expression(.native(sqlite: "", postgresql: text)) }

    private static func function(_ text: String, _ type: ColumnType) -> Default? {
        switch (text.lowercased(), type) {
        case ("now()", .timestamp), ("current_timestamp", .timestamp): .now
        case ("gen_random_uuid()", .uuid): .uuid
        case (let text, .integer), (let text, .bigint): secondsNow.contains(text) ? .now : nil
        default: nil
        }
    }

    /// The seconds since 1970, as the server prints them since version 14 and before. Earlier versions of this program made columns
    /// without `floor`, which are no drift.
    private static let secondsNow: Set<String> = [
        "floor(extract(epochfromnow()))::bigint", "floor(date_part('epoch'::text,now()))::bigint",
        "extract(epochfromnow())::bigint", "date_part('epoch'::text,now())::bigint",
    ]

    /// Whether a default of this type can be a number. The server turns a 1.5 for a `money` column into `$1.50`.
    private static func takesNumber(_ type: ColumnType) -> Bool {
        if case .native(_, "money") = type { false } else { !type.isText }
    }

    /// Parses a number. A decimal that a double would round stays an expression.
    private static func number(_ text: String) -> Default? {
        let bare = text.hasPrefix("(") && text.hasSuffix(")") ? String(text.dropFirst().dropLast()) : text
        guard let first = bare.first, first.isNumber || first == "-" || first == "." else { return nil }
        if first == "-", Double(bare) == 0 { return .real(-0.0) }
        if let integer = Int64(bare) { return .integer(integer) }
        guard let double = Double(bare), double.isFinite, String(double) == bare else { return nil }
        return .real(double)
    }

    /// Removes the cast behind a literal: `'x'::character varying(20)` is the literal with the name of its type.
    static func withoutCast(_ tokens: [SQLToken]) -> [SQLToken] {
        guard tokens.count > 2, tokens[0].kind == .string || tokens[0].isWord("NULL"), tokens[1].isSymbol("::") else {
            return tokens
        }
        let isTypeName = tokens[2...].allSatisfy { token in
            token.name != nil || token.kind == .number || token.isSymbol("(") || token.isSymbol(")")
                || token.isSymbol(",")
        }
        return isTypeName ? [tokens[0]] : tokens
    }
}
