import Dialects

/// One statement of a script, which is judged by its text.
struct ScriptStatement {
    /// The statements that change no table but those that they name, and those that follow them. `DO`, `CALL` and `SELECT` run code, which
    /// may change any.
    private static let plain = [
        "ALTER", "ANALYZE", "COMMENT", "CREATE", "DELETE", "DROP", "END", "GRANT", "INSERT", "REVOKE", "TRUNCATE",
        "UPDATE",
    ]

    /// Those of them that remove no rows.
    private static let rowless = ["ANALYZE", "COMMENT", "CREATE", "END", "GRANT", "REVOKE"]

    /// What can be dropped from beside a table, whose rows stay.
    private static let hanging = [
        "FUNCTION", "INDEX", "MATERIALIZED", "POLICY", "RULE", "STATISTICS", "TRIGGER", "VIEW",
    ]

    /// Its words and symbols, without blanks and comments.
    let tokens: ArraySlice<SQLToken>

    /// Returns the statements of scripts. The body of a trigger falls into pieces, of which `END` is the last.
    static func all(of scripts: [String]) -> [ScriptStatement] {
        scripts.flatMap { script in
            let tokens = SQLToken.scan(script).filter { !$0.isBlank }
            return tokens.split { $0.isSymbol(";") }.map(ScriptStatement.init(tokens:))
        }
    }

    /// Whether its text names the tables whose rows it may remove.
    var saysWhatItChanges: Bool { tokens.first.map { Self.plain.contains(where: $0.isWord) } ?? true }

    /// Whether it may remove rows of the tables that it names: not if it makes something, or drops what only hangs on a table.
    var mayRemoveRows: Bool {
        guard let verb = tokens.first else { return false }
        guard verb.isWord("DROP") else { return !Self.rowless.contains(where: verb.isWord) }
        return !tokens.dropFirst().prefix(1).contains { Self.hanging.contains(where: $0.isWord) }
    }

    /// Whether its text names the objects that it drops: it takes none along, and renames or moves none.
    var saysWhatItDrops: Bool {
        saysWhatItChanges && tokens.first?.isWord("ALTER") == false && !tokens.contains { $0.isWord("CASCADE") }
    }
}
