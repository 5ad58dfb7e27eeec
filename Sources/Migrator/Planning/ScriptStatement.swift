import Dialects

/// One statement of a script, which is judged by its text.
struct ScriptStatement {
    /// The statements that change no table but those that they name, and those that follow them. `DO`, `CALL` and `SELECT` run code, which
    /// may change any.
    private static let plain = [
        "ALTER", "ANALYZE", "COMMENT", "CREATE", "DELETE", "DROP", "END", "GRANT", "INSERT", "REVOKE", "TRUNCATE",
        "UPDATE",
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

    /// Whether its text names the objects that it drops: it takes none along, and renames or moves none.
    var saysWhatItDrops: Bool {
        saysWhatItChanges && tokens.first?.isWord("ALTER") == false && !tokens.contains { $0.isWord("CASCADE") }
    }
}
