/// A piece of SQL inside a schema: a check, an index's predicate, a generated column, a default, a view's query.
///
/// `.sql` is written in the words that SQLite and PostgreSQL share, and is held to them when it is compiled; `.native`
/// gives each database its own.
public enum SQLExpression: Hashable, Sendable {
    /// SQL that means the same on both databases. A dialect refuses what would not.
    case sql(String)
    /// SQL for each database in its own words, passed on as it stands.
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

    /// Whether the text names `identifier`, quoted or not.
    public func mentions(_ identifier: String) -> Bool {
        texts.contains { text in SQLToken.scan(text).contains { $0.names(identifier) } }
    }

    /// Every name in the text, in lower case.
    public var namesFolded: Set<String> {
        texts.reduce(into: []) { names, text in
            for token in SQLToken.scan(text) { if let name = token.name { names.insert(SQLName.folded(name)) } }
        }
    }

    /// The same expression where every mention of the column `old` reads `new`; strings and comments stay as they are.
    public func renaming(_ old: String, to new: String) -> SQLExpression {
        mapTexts { SQLToken.rename($0, from: old, to: new) }
    }

    /// The expression without comments and with single spaces: what checksums are computed of.
    public var canonical: SQLExpression { mapTexts(SQLToken.canonical) }

    /// The expression in the form that comparisons use. SQL that was read from one database equals portable SQL that reads the
    /// same.
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
