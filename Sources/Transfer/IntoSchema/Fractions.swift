import Dialects

// Fractions on their way into columns of integers that hold any number.

extension FillingProposals {
    /// Whether only the source holds its columns' values to their types. Then nothing is known of the values but what is asked for
    /// (`EnforcedTableCounts`).
    var losesTypes: Bool { holdsSourceTypes && !holdsTargetTypes }

    /// Returns those of the source's columns that hold fractions, while the target declares integers and takes any number. `found` says
    /// from where the table's rows are read.
    ///
    /// - Throws: `DatabaseError`.
    func fractions(
        in table: SchemaMatch.MatchedTable, _ found: ProfiledTable, _ reading: any Connection
    ) throws -> Set<String> {
        guard losesTypes else { return [] }
        let columns = table.columns.filter { mayGetFractions($0, of: table) }.map(\.source)
        guard !columns.isEmpty else { return [] }
        let counts = columns.map { SQLText.identifier($0) }.map { "count(CASE WHEN \($0) <> round(\($0)) THEN 1 END)" }
        let row = try reading.query(
            "SELECT \(trusted: counts.joined(separator: ", ")) \(trusted: found.reading.from)"
        ).first
        return Set(zip(columns, row?.values ?? []).filter { ($0.1.integer ?? 0) > 0 }.map(\.0))
    }

    private func mayGetFractions(_ column: SchemaMatch.MatchedTable.Pair, of table: SchemaMatch.MatchedTable) -> Bool {
        guard let place = written[table.target.name]?[column.target], place.takesAnyValue, place.type.isInteger,
            let type = table.source[column: column.source]?.type
        else { return false }
        return CanonicalForm(type) == .real || CanonicalForm(type) == .decimal
    }
}
