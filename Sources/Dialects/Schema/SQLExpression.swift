/// A piece of SQL inside a schema: a check, an index's predicate, a generated column, a default, a view's query.
///
/// `.sql` is written in the words that SQLite and PostgreSQL share, and is held to them when it is compiled; `.native`
/// gives each database its own.
public enum SQLExpression: Hashable, Sendable {
    case sql(String)
    case native(sqlite: String, postgresql: String)
}

extension SQLExpression: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .sql(value) }
}

extension SQLExpression {
    /// `"column" IN ('a', 'b')`.
    public static func column(_ column: String, isOneOf values: [String]) -> SQLExpression {
        .sql("\(SQLText.identifier(column)) IN (\(values.map(SQLText.literal).joined(separator: ", ")))")
    }

    /// Whether any of the texts names `identifier`, quoted or not.
    public func mentions(_ identifier: String) -> Bool {
        texts.contains { text in SQLToken.scan(text).contains { $0.names(identifier) } }
    }

    /// Every name that it says, folded: looked at once, however many tables there are.
    public var namesFolded: Set<String> {
        texts.reduce(into: []) { names, text in
            for token in SQLToken.scan(text) { if let name = token.name { names.insert(SQLName.folded(name)) } }
        }
    }

    /// The same expression where every mention of the column `old` reads `new`; strings and comments stay as they are.
    public func renaming(_ old: String, to new: String) -> SQLExpression {
        mapTexts { SQLToken.rename($0, from: old, to: new) }
    }

    /// The same expression without its comments and with single spaces: what checksums look at.
    public var canonical: SQLExpression { mapTexts(SQLToken.canonical) }

    /// The same expression as both databases read it: what comparisons look at. One that was read from a database may have words
    /// for that one alone, and is the same as portable text that reads so.
    public var compared: SQLExpression {
        switch self {
        case .native(let words, ""), .native("", let words): .sql(SQLToken.compared(words))
        case .sql, .native: mapTexts(SQLToken.compared)
        }
    }

    /// The one text, or SQLite's and then PostgreSQL's.
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
