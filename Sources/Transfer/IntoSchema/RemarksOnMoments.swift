import Dialects

// What a transfer into tables that are there says of moments whose zone or text the target's program may read otherwise.

extension SchemaSurvey {
    /// Returns a remark on the columns of which only one side's moments name their zone, unless rules say which it is, or each text of the
    /// source names one itself.
    func remarkOnZones(of tables: [PlannedTable], _ schema: Schema) throws -> String? {
        let names = try tables.flatMap { table in
            try table.types.indices.compactMap { at -> String? in
                let name = table.sourceColumns[at]
                guard rules[table.source]?[name]?.minutesAhead == nil,
                    let type = schema[table.source]?[column: name]?.type
                else { return nil }
                switch (CanonicalForm(type), CanonicalForm(table.types[at])) {
                case (.moment, .reading), (.reading, .moment), (.text, .moment):
                    return try mayLackZones(name, of: table) ? "\(table.source).\(name)" : nil
                case (_, _): return nil
                }
            }
        }
        guard !names.isEmpty else { return nil }
        return "\(names.listed(upTo: 3)): moments without a zone are those of UTC, unless a rule gives their zone"
    }

    /// Whether some moment of a column names no zone. Texts may name theirs whatever the column's type; a sign behind the time of day begins
    /// a zone, and those before it belong to the date.
    private func mayLackZones(_ column: String, of table: PlannedTable) throws -> Bool {
        guard !source.holdsDeclaredTypes else { return true }
        let name = SQLText.identifier(column)
        let isMoment = "(\(name) LIKE '%-%-%' OR \(name) LIKE '%:%')"
        let isZoned = "(\(name) LIKE '%Z' OR \(name) LIKE '%:%+%' OR \(name) LIKE '%:%-%')"
        let row = try reading.query(
            "SELECT 1 \(trusted: table.reading.from) WHERE \(trusted: isMoment) AND NOT \(trusted: isZoned) LIMIT 1")
        return !row.isEmpty
    }

    /// Returns a remark on the columns whose moments become texts of one form, if no framework is known that writes this form: a program
    /// that writes another one does not find them by `=`.
    func remarkOnTexts(of tables: [PlannedTable], _ schema: Schema) -> String? {
        guard losesTypes, Framework(of: schema) == .unknown else { return nil }
        let names = tables.flatMap { table in
            table.types.indices.compactMap { at -> String? in
                switch CanonicalForm(table.types[at]) {
                case .moment, .reading: "\(table.target).\(table.targetColumns[at])"
                case .integer, .decimal, .real, .boolean, .text, .padded, .bytes, .date, .time, .interval, .address,
                    .uuid, .json, .stored, nil:
                    nil
                }
            }
        }
        guard !names.isEmpty else { return nil }
        return
            "\(names.listed(upTo: 3)): moments are written as 2024-01-02 10:00:00, in UTC; a program that writes a zone, or a fraction where it "
            + "is zero, compares them with other texts"
    }
}
