/// Rewrites portable SQL for PostgreSQL, where bare names are read in lower case, texts compare by the server's settings, and
/// integers are computed with 32 bits.
enum PostgreSQLPortable {
    static func answer(_ note: PortableNote, _ draft: inout PortableDraft) throws(LoweringError) {
        switch note {
        case .name(let token, let name, let isAlias): render(name, isAlias: isAlias, at: token, &draft)
        case .literal(let range, let text): draft.replace(range, with: text)
        case .bytes(let range, let isAtom), .letters(let range, let isAtom):
            draft.wrap(range, isAtom ? "" : "(", "\(isAtom ? "" : ")") COLLATE \"C\"")
        case .collation(let token): draft.replace(token..<token + 1, with: "\"C\"")
        case .nulls(let token, let isFirst): draft.append(isFirst ? " NULLS FIRST" : " NULLS LAST", behind: token)
        case .stands(let range, let other): draft.replace(range, with: draft.text(of: other))
        case .truth(let range, let truth): draft.replace(range, with: truth ? "true" : "false")
        case .blob(let range, let digits): draft.replace(range, with: "CAST('\\x\(digits)' AS bytea)")
        case .wide(let range): draft.wrap(range, "CAST(", " AS bigint)")
        case .double(let range): draft.wrap(range, "CAST(", " AS double precision)")
        case .text(let range): draft.wrap(range, "CAST(", " AS text)")
        // `real` has 32 bits in PostgreSQL, and is a double in SQLite.
        case .type(let range, .real): draft.replace(range, with: "double precision")
        case .sameness(let range, let isNegated):
            draft.replace(range, with: isNegated ? "IS DISTINCT FROM" : "IS NOT DISTINCT FROM")
        // PostgreSQL needs no change here: a string takes its neighbour's type, decimals are numbers, LIKE regards case, and a
        // text that is not an integer is refused.
        case .numeral, .number, .digits, .match, .integer, .type: break
        }
    }

    /// Renders a bare name, which PostgreSQL reads in lower case
    /// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html, 4.1.1).
    private static func render(_ name: String, isAlias: Bool, at token: Int, _ draft: inout PortableDraft) {
        let written = draft.text(of: token..<token + 1)
        let isBare = written.unicodeScalars.first != "\""
        let isLower = SQLName.folded(written).utf8.elementsEqual(name.utf8)
        if isBare, isLower, !keywords.contains(SQLName.keyword(written)) { return }
        let quoted = SQLText.identifier(name)
        if !written.utf8.elementsEqual(quoted.utf8) { draft.replace(token..<token + 1, with: quoted) }
    }

    /// The words that PostgreSQL does not accept everywhere as a column's name (its manual, appendix C).
    static let keywords: Set<String> = [
        "ANALYSE", "ANALYZE", "ANY", "ARRAY", "ASYMMETRIC", "AUTHORIZATION", "BIGINT", "BINARY", "BIT", "BOOLEAN",
        "BOTH", "CHAR",
        "CHARACTER", "CHECK", "COALESCE", "COLLATION", "COLUMN", "CONCURRENTLY", "CONSTRAINT", "CREATE",
        "CURRENT_CATALOG",
        "CURRENT_DATE", "CURRENT_ROLE", "CURRENT_SCHEMA", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "DAY",
        "DEC", "DECIMAL",
        "DEFAULT", "DEFERRABLE", "DO", "EXTRACT", "FETCH", "FLOAT", "FOR", "FOREIGN", "FREEZE", "GRANT", "GREATEST",
        "GROUPING", "HOUR", "ILIKE", "INITIALLY", "INOUT", "INT", "INTEGER", "INTERVAL", "INTO", "LATERAL", "LEADING",
        "LEAST",
        "LOCALTIME", "LOCALTIMESTAMP", "MINUTE", "MONTH", "NATIONAL", "NCHAR", "NONE", "NORMALIZE", "NULLIF", "NUMERIC",
        "ONLY", "OUT",
        "OVERLAPS", "OVERLAY", "PLACING", "POSITION", "PRECISION", "PRIMARY", "REAL", "REFERENCES", "RETURNING", "ROW",
        "SECOND",
        "SESSION_USER", "SETOF", "SIMILAR", "SMALLINT", "SOME", "SUBSTRING", "SYMMETRIC", "SYSTEM_USER", "TABLE",
        "TABLESAMPLE", "TIME", "TIMESTAMP", "TO", "TRAILING", "TREAT", "TRIM", "UNIQUE", "USER", "VARCHAR", "VARIADIC",
        "VARYING", "VERBOSE", "WITHIN", "WITHOUT", "XMLATTRIBUTES", "XMLCONCAT", "XMLELEMENT", "XMLEXISTS", "XMLFOREST",
        "XMLNAMESPACES", "XMLPARSE", "XMLPI", "XMLROOT", "XMLSERIALIZE", "XMLTABLE", "YEAR",
    ]
}
