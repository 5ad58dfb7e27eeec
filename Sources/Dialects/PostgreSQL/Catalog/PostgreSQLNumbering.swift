/// Which sequence numbers a column, as the catalogs tell it.
enum PostgreSQLNumbering {
    /// Returns the condition in SQL that a column takes its numbers from a sequence which it owns: an identity column does, and any other
    /// one if its default is the sequence's next number. Further sequences that the column owns are asked by programs alone.
    ///
    /// - Parameters:
    ///   - dependency: The alias of the row of `pg_depend` by which the column owns the sequence.
    ///   - value: The alias of the row of `pg_attrdef` with the column's default; it may be missing.
    static func condition(_ dependency: String, default value: String) -> String {
        let sequence = "\(dependency).objid::regclass"
        // Databases that were made by PostgreSQL 8.0 name the sequence by a text.
        let forms = ["regclass", "text", "text::regclass"].map { "format('nextval(%L::\($0))', \(sequence))" }
        return """
            (\(dependency).deptype = 'i' OR coalesce(
                pg_get_expr(\(value).adbin, \(value).adrelid, true) IN (\(forms.joined(separator: ", "))), false))
            """
    }
}
