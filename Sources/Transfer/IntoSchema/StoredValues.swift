import Dialects

// Values between two columns of one declared type, neither of which is held to it.

extension SchemaSurvey {
    /// Whether a column's values are copied as the source stores them.
    func staysAsStored(_ column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable) -> Bool {
        let takesAnyValue = written[table.target.name]?[column.target]?.takesAnyValue == true
        return takesAnyValue && isOneUnheldType(column, in: table)
    }

    /// Whether no database holds a column's values to the one type that both sides declare, and no rule says what they are.
    func isOneUnheldType(_ column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable) -> Bool {
        guard !source.holdsDeclaredTypes, !target.holdsDeclaredTypes,
            let place = written[table.target.name]?[column.target]
        else { return false }
        let rule = rules.columnRule(of: column.source, in: table.source.name)
        return rule.type == nil && rule.reading == nil && table.isOneType(column, place)
    }
}

extension SchemaMatch.MatchedTable {
    /// Whether the source declares a column like the target's.
    func isOneType(_ column: Pair, _ place: WrittenColumn) -> Bool {
        source[column: column.source]?.type.isStoredAlike(place.type) == true
    }
}
