import Dialects

// Texts that are longer than their column is declared for, where no database holds the column to its length.

extension SchemaSurvey {
    /// Returns the length for which a column of texts is declared, if the target takes longer ones and the source's values are texts already.
    /// A word that the transfer makes of another value, such as `false`, has to fit: where it does not, the program keeps something else.
    func unheldLength(
        of column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable
    ) -> Int? {
        guard takesAnyValue(column, in: table), !staysAsStored(column, in: table),
            case .varchar(let length)? = written[table.target.name]?[column.target]?.type,
            let own = table.source[column: column.source]?.type.comparedForm, own == .text || own == .padded
        else { return nil }
        let isChecked = table.target.checks.contains { check in
            check.expression.mentions("length") && check.expression.mentions(column.target)
        }
        return isChecked ? nil : length
    }

    /// Whether a column of texts has room for moments without a zone only if they have no fraction, as nearly all programs write them:
    /// `VARCHAR(19)`.
    func holdsBriefMoments(
        _ type: ColumnType, _ column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable
    ) -> Bool {
        guard case .varchar(19..<26) = type, takesAnyValue(column, in: table),
            Framework(of: schema).moments != .uniform
        else { return false }
        return table.source[column: column.source]?.type == .datetime
    }

    /// Returns a remark for each column that gets longer texts than it is declared for.
    func remarksOnLongTexts(_ match: SchemaMatch, _ inspection: Inspection) throws -> [String] {
        try match.tables.flatMap { table -> [String] in
            let columns = table.columns.compactMap { column in
                unheldLength(of: column, in: table).map { (name: column, length: $0) }
            }
            guard !columns.isEmpty else { return [] }
            let counts = columns.map {
                "count(CASE WHEN length(CAST(\(SQLText.identifier($0.name.source)) AS text)) > \($0.length) THEN 1 END)"
            }
            let from = source.reading(of: table.source, in: inspection).from
            let row = try reading.query("SELECT \(trusted: counts.joined(separator: ", ")) \(trusted: from)").first
            return zip(columns, row?.values ?? []).compactMap { column, found -> String? in
                guard let count = found.integer, count > 0 else { return nil }
                let word = declared[table.target.name]?[column.name.target] ?? "varchar(\(column.length))"
                let name = "\(table.source.name).\(column.name.source) (\(word))"
                let texts = Int(count).counted("text is longer and stays", "texts are longer and stay")
                return "\(name): \(texts) whole, since the target takes any length"
            }
        }
    }
}
