/// A piece of SQL inside a schema: a check, an index's predicate, a generated column, a default, a view's query.
///
/// `.sql` is written in the SQL that SQLite and PostgreSQL share. The dialects check this when they compile it. `.native` holds
/// separate SQL for each database.
public enum SQLExpression: Hashable, Sendable {
    /// SQL that means the same on both databases. A dialect refuses SQL that would not.
    case sql(String)
    /// SQL for each database in its own dialect, passed on unchanged.
    case native(sqlite: String, postgresql: String)
}

extension SQLExpression: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .sql(value) }
}

// MARK: - For code between two databases, which names neither

extension SQLExpression {
    /// Returns an expression in the target's own SQL, whichever database the target is.
    package static func ofTarget(_ text: String) -> SQLExpression { .native(sqlite: text, postgresql: text) }

    /// Whether both databases have the same text for it.
    package var isSameInBoth: Bool {
        switch self {
        case .sql: true
        case .native(let sqlite, let postgresql): sqlite == postgresql
        }
    }

    /// The text in the words of the database that it was read from, or that it was made for.
    package var sourceText: String {
        switch self {
        case .sql(let text): text
        case .native(let sqlite, let postgresql): sqlite.isEmpty ? postgresql : sqlite
        }
    }
}

// MARK: - Names and forms

extension SQLExpression {
    /// Returns a condition that the column has one of these values: `"column" IN ('a', 'b')`.
    public static func column(_ column: String, isOneOf values: [String]) -> SQLExpression {
        .sql("\(SQLText.identifier(column)) IN (\(values.map(SQLText.literal).joined(separator: ", ")))")
    }

    /// Returns whether the text names `identifier`, quoted or not.
    public func mentions(_ identifier: String) -> Bool {
        texts.contains { text in SQLToken.scan(text).contains { $0.names(identifier) } }
    }

    /// All names in the text, in lower case.
    public var namesFolded: Set<String> {
        texts.reduce(into: []) { names, text in
            for token in SQLToken.scan(text) { if let name = token.name { names.insert(SQLName.folded(name)) } }
        }
    }

    /// Returns the same expression with these names replaced where they are in quotes. A bare word stays, which may be one of the language.
    package func renamingQuoted(_ names: [String: String]) -> SQLExpression {
        mapTexts { text in
            let tokens = SQLToken.scan(text)
            return tokens.indices.map { at -> String in
                let token = tokens[at]
                guard token.kind == .quoted, !tokens.isCollation(at), let new = token.name.flatMap({ names[$0] }) else {
                    return token.text
                }
                return SQLText.identifier(new)
            }.joined()
        }
    }

    /// The expression without comments and with single spaces. Checksums are computed of this form.
    public var canonical: SQLExpression { mapTexts(SQLToken.canonical) }

    /// The expression in the form that comparisons use. SQL that was read from one database equals portable SQL with the same
    /// text.
    public var compared: SQLExpression {
        switch self {
        case .native(let words, ""), .native("", let words): .sql(SQLToken.compared(words))
        case .sql, .native: mapTexts(SQLToken.compared)
        }
    }

    /// The one text of portable SQL, or SQLite's text followed by PostgreSQL's.
    package var texts: [String] {
        switch self {
        case .sql(let text): [text]
        case .native(let sqlite, let postgresql): [sqlite, postgresql]
        }
    }

    func mapTexts(_ edit: (String) -> String) -> SQLExpression {
        switch self {
        case .sql(let text): .sql(edit(text))
        case .native(let sqlite, let postgresql): .native(sqlite: edit(sqlite), postgresql: edit(postgresql))
        }
    }
}
