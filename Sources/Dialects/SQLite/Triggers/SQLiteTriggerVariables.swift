// The variables of a trigger's function in PL/pgSQL, whose names columns may have, too.

extension SQLiteTriggerTranslation {
    /// The variables that every trigger's function has (PostgreSQL's manual, 43.5.5 and 43.10.1).
    private static let variables: Set<String> = [
        "found", "new", "old", "tg_argv", "tg_level", "tg_name", "tg_nargs", "tg_op", "tg_relid", "tg_relname",
        "tg_table_name", "tg_table_schema", "tg_when",
    ]

    /// Returns the function's text, behind a line that gives columns precedence over variables if a column may have the name of one:
    /// PostgreSQL refuses such a name otherwise. The rows NEW and OLD only stand before a point.
    static func preferringColumns(_ text: String) -> String {
        let tokens = SQLToken.scan(text)
        let isAmbiguous = zip(tokens, tokens.dropFirst()).contains { token, next in
            token.name.map(variables.contains) == true && !next.isSymbol(".")
        }
        return isAmbiguous ? "#variable_conflict use_column\n\(text)" : text
    }
}
