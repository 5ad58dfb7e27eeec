// The kinds of statements of a script that is run again in a scratch schema.

extension ScriptStatement {
    /// Whether the strings of the statement are kept and not run: those of a function's definition, and of its settings.
    var isDefinition: Bool {
        let isRoutine = tokens.prefix(4).contains { $0.isWord("FUNCTION") || $0.isWord("PROCEDURE") }
        return isRoutine && (word(0) == "CREATE" || word(0) == "ALTER")
    }

    /// Whether the statement names a function for later: a trigger's, or one of a policy's conditions.
    var bindsFunction: Bool {
        word(0) == "CREATE" && tokens.dropFirst().prefix(4).contains { $0.isWord("TRIGGER") || $0.isWord("POLICY") }
    }

    /// The name of the function that the statement defines.
    var routine: String {
        let name = tokens.drop { !$0.isWord("FUNCTION") && !$0.isWord("PROCEDURE") }.dropFirst().first
        return name?.name ?? ""
    }

    /// Whether the statement declares something and runs no function: it fires no trigger and computes no value.
    var onlyDeclares: Bool {
        if isDefinition { return true }
        let isWhole = !tokens.contains { $0.isSymbol("(") || $0.isSymbol(",") }
        switch word(0) {
        case "COMMENT", "GRANT", "REVOKE", "DROP": return true
        case "CREATE":
            let what = tokens.dropFirst().first { token in
                !["OR", "REPLACE", "CONSTRAINT"].contains(where: token.isWord)
            }
            return ["TRIGGER", "VIEW", "POLICY", "TYPE", "SEQUENCE"].contains { what?.isWord($0) == true }
        case "ALTER": return isWhole && word(1) == "TABLE" && (has(word: "ENABLE") || has(word: "DISABLE"))
        default: return false
        }
    }
}
