import Dialects

extension SchemaSurvey {
    /// Returns remarks on the moments and uuids that columns of texts get, since a program that writes another form does not find them by `=`,
    /// and on the addresses that texts become. `schema` is the source's.
    func remarksOnForms(of tables: [PlannedTable], _ schema: Schema) -> [String] {
        let addresses = remark(
            on: columns(of: tables, schema) { $0 == .text && $1 == .address },
            "addresses lose their spelling, since inet has one for each: 2001:DB8:0::9 becomes 2001:db8::9, and 192.0.2.1/32 becomes 192.0.2.1"
        )
        guard losesTypes else { return [addresses].compactMap { $0 } }
        return [
            remark(
                on: columns(of: tables, schema) { $0 == .moment && $1 == .text },
                "moments are written as 2024-01-02 10:00:00.000000Z: a program that writes them otherwise compares them with other texts"
            ),
            remark(
                on: columns(of: tables, schema) { $0 == .reading && $1 == .text },
                "moments are written as 2024-01-02 10:00:00.000000: a program that writes them otherwise compares them with other texts"
            ),
            remark(
                on: daysOfTexts(in: tables),
                "days are written as 2024-01-02: a program that reads another form alone, such as 20240102, needs the texts rewritten"
            ),
            remarkOnUUIDs(of: tables, schema),
        ].compactMap { $0 }
    }

    /// Returns the columns, as `table.column`, whose rule reads days from texts of several forms.
    private func daysOfTexts(in tables: [PlannedTable]) -> [String] {
        tables.flatMap { table in
            table.sourceColumns.indices.compactMap { at -> String? in
                guard case .day(let rule)? = rules.columnRule(of: table.sourceColumns[at], in: table.source).reading,
                    rule.count == .iso
                else { return nil }
                return "\(table.target).\(table.targetColumns[at])"
            }
        }
    }

    /// Django and SQLAlchemy write uuids as the transfer does.
    private func remarkOnUUIDs(of tables: [PlannedTable], _ schema: Schema) -> String? {
        switch Framework(of: self.schema) {
        case .django, .sqlAlchemy: return nil
        case .rails, .coreData, .unknown: break
        }
        return remark(
            on: columns(of: tables, schema) { $0 == .uuid && ($1 == .text || $1 == .uuid) },
            "uuids are written in lower case: a program that writes capitals, as Entity Framework does, does not find them"
        )
    }

    private func remark(on columns: [String], _ words: String) -> String? {
        columns.isEmpty ? nil : "\(columns.listed(upTo: 3)): \(words)"
    }

    /// Returns the columns, as `table.column`, of these forms in the source and in the target.
    private func columns(
        of tables: [PlannedTable], _ schema: Schema, _ isMeant: (CanonicalForm, CanonicalForm) -> Bool
    ) -> [String] {
        tables.flatMap { table in
            table.types.indices.compactMap { at -> String? in
                guard let from = schema[table.source]?[column: table.sourceColumns[at]]?.type.comparedForm,
                    isMeant(from, table.types[at].comparedForm)
                else { return nil }
                return "\(table.target).\(table.targetColumns[at])"
            }
        }
    }
}
