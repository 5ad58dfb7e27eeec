/// The rules by which text becomes tokens. Only the rules that differ between the databases are listed here.
struct SQLLexicon: Sendable {
    /// What brackets mean.
    enum Brackets: Sendable {
        /// Subscripts, as in PostgreSQL: a bracket is a symbol, and so is a backtick.
        case subscripts
        /// Names, as in SQLite, which also takes `` `name` `` for one.
        case names
        /// Names, but behind a value a subscript.
        case either
    }

    var brackets: Brackets
    /// Whether comments nest: `/* /* */ */` is one comment.
    var nestsComments: Bool
    /// Whether a carriage return ends a `--` comment.
    var commentsEndAtReturn: Bool
    /// Whether `$$…$$` and `$tag$…$tag$` are strings.
    var quotesByDollar: Bool
    /// Whether `E'\''` is one string, in which a backslash escapes a quote.
    var escapesInStrings: Bool
    /// Whether U+FEFF, the byte order mark, counts as a blank.
    var skipsByteOrderMark: Bool
    /// Whether a vertical tab counts as a blank.
    var skipsVerticalTab: Bool

    /// The rules for an expression or a query that may be in the words of either database.
    static let either = SQLLexicon(
        brackets: .either, nestsComments: false, commentsEndAtReturn: false, quotesByDollar: true,
        escapesInStrings: true, skipsByteOrderMark: false, skipsVerticalTab: false)
}
