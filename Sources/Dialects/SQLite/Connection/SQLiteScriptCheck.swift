// SQLite's rules for the text that a migration brings: scripts, which run in the migration's transaction, and the single
// statements of a data step.

extension SQLLexicon {
    /// SQLite's tokens (https://www.sqlite.org/lang_keywords.html, https://www.sqlite.org/lang_comment.html).
    static let sqlite = SQLLexicon(
        brackets: .names, nestsComments: false, commentsEndAtReturn: false, quotesByDollar: false,
        escapesInStrings: false, skipsByteOrderMark: true, skipsVerticalTab: true)
}

extension ScriptLexicon {
    static let sqlite = ScriptLexicon(body: .trigger, tokens: .sqlite)
}

extension RowStatement {
    static let sqlite = RowStatement(
        lexicon: .sqlite, verbs: ["SELECT", "VALUES", "WITH", "INSERT", "REPLACE", "UPDATE", "DELETE"], writers: nil)
}

extension ScriptCheck {
    static let sqlite = ScriptCheck(lexicon: .sqlite) { statement in
        switch statement.word(0) {
        case "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE":
            return .transactionControl(statement.word(0))
        case "VACUUM", "DETACH": return .outsideTransactions(statement.word(0))
        case "ATTACH":
            return ScriptObjection(
                reason: "ATTACH adds a database to the connection, and stays in effect after the migration",
                remedy: "remove it; bring in rows of another database with your own program")
        case "PRAGMA": return SQLitePragma(statement)?.objection
        default: return nil
        }
    }
}

/// A pragma: `PRAGMA name`, `PRAGMA schema.name = value` or `PRAGMA name(value)`.
struct SQLitePragma {
    let name: String
    let hasValue: Bool

    /// Reads the statement; returns `nil` if its text is not a valid pragma, which SQLite itself reports.
    init?(_ statement: ScriptStatement) {
        var rest = statement.tokens.dropFirst()
        if rest.dropFirst().first?.isSymbol(".") == true { rest = rest.dropFirst(2) }
        guard let name = rest.first?.nameOrString else { return nil }
        self.name = name.lowercased()
        let next = rest.dropFirst().first
        hasValue = ["=", "==", "("].contains { next?.isSymbol($0) == true }
    }

    var objection: ScriptObjection? {
        if Self.impossible.contains(name), hasValue || name == "wal_checkpoint" {
            return .outsideTransactions("PRAGMA \(name)")
        }
        if name == "foreign_keys" && hasValue {
            return ScriptObjection(
                reason: "PRAGMA foreign_keys does nothing inside a transaction, and a migration is one",
                remedy: "leave it out: a migration's foreign keys are checked when it is committed")
        }
        guard hasValue, !Self.questions.contains(name), !Self.ofTheDatabase.contains(name),
            !SQLiteSwitches.names.contains(name)
        else { return nil }
        return ScriptObjection(
            reason: "PRAGMA \(name) changes the connection, and would outlive the migration",
            remedy: "leave it out")
    }

    /// The pragmas that SQLite refuses or ignores inside a transaction (https://www.sqlite.org/pragma.html, each under its
    /// name).
    private static let impossible: Set<String> = [
        "journal_mode", "locking_mode", "synchronous", "temp_store", "wal_checkpoint",
    ]

    /// The pragmas that are questions; their value says what is asked for.
    private static let questions: Set<String> = [
        "foreign_key_check", "foreign_key_list", "index_info", "index_list", "index_xinfo", "integrity_check",
        "quick_check", "table_info", "table_list", "table_xinfo",
    ]

    /// The pragmas that change the database within the transaction, or whose effect ends with it.
    private static let ofTheDatabase: Set<String> = [
        "application_id", "auto_vacuum", "defer_foreign_keys", "encoding", "incremental_vacuum", "max_page_count",
        "optimize", "page_size", "schema_version", "user_version",
    ]
}
