/// Which sequence numbers a column, as the catalogs tell it.
enum PostgreSQLNumbering {
    /// Returns the condition in SQL that a column takes its numbers from a sequence which it owns: an identity column does, and any other
    /// one if its default is the sequence's next number. Further sequences that the column owns are asked by programs alone.
    ///
    /// - Parameters:
    ///   - dependency: The alias of the row of `pg_depend` by which the column owns the sequence.
    ///   - value: The alias of the row of `pg_attrdef` with the column's default; it may be missing.
    static func condition(_ dependency: String, default value: String) -> String {
        // As the server writes a literal: quote_literal() and %L of format() would double a backslash, too.
        let name = "replace(\(dependency).objid::regclass::text, '''', '''''')"
        // Databases that were made by PostgreSQL 8.0 name the sequence by a text.
        let forms = ["regclass", "text", "text::regclass"].map { "format('nextval(''%s''::\($0))', \(name))" }
        // A cast to the column's own type changes no number.
        let call = "regexp_replace(\(PostgreSQLDefault.text(of: value)), '::(smallint|integer|bigint)$', '')"
        return """
            (\(dependency).deptype = 'i' OR coalesce(\(call) IN (\(forms.joined(separator: ", "))), false))
            """
    }
}
