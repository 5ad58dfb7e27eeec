import Dialects

// Values that stay as they are stored: between two columns of one declared type, neither of which is held to it, and in a column that is
// declared for uuids.

extension SchemaSurvey {
    /// Whether a column's values are copied as the source stores them.
    func staysAsStored(_ column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable) -> Bool {
        takesAnyValue(column, in: table) && isOneUnheldType(column, in: table)
    }

    /// Whether the target's column stores values of any kind, whatever it is declared for.
    func takesAnyValue(_ column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable) -> Bool {
        written[table.target.name]?[column.target]?.takesAnyValue == true
    }

    /// Whether no database holds a column's values to the one type that both sides declare, and no rule says what they are.
    func isOneUnheldType(_ column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable) -> Bool {
        guard !source.holdsDeclaredTypes, !target.holdsDeclaredTypes,
            let place = written[table.target.name]?[column.target]
        else { return false }
        let rule = rules.columnRule(of: column.source, in: table.source.name)
        return rule.type == nil && rule.reading == nil && table.isOneType(column, place)
    }

    /// Returns the type of a source's bytes or texts: a column that a file declares for uuids holds both as they are, and only a rule says
    /// that they are uuids, which have one form. `nil` for other values.
    func unreadForm(
        of column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable
    ) -> ColumnType? {
        guard let own = table.source[column: column.source]?.type else { return nil }
        return switch CanonicalForm(own) {
        case .bytes, .text, .padded: own
        case .integer, .decimal, .real, .boolean, .moment, .reading, .date, .time, .interval, .address, .uuid, .json,
            .stored, nil:
            nil
        }
    }
}

extension SchemaMatch.MatchedTable {
    /// Whether the source declares a column like the target's.
    func isOneType(_ column: Pair, _ place: WrittenColumn) -> Bool {
        source[column: column.source]?.type.isStoredAlike(place.type) == true
    }
}
