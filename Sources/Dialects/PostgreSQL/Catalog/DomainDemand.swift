/// What a domain demands of a column: that it has a value, a default, or one of its checks.
package struct DomainDemand: Sendable, Equatable {
    var table: String
    var column: String
    var isRequired: Bool
    var defaultText: String?
    var checkName: String?
    var condition: String?
    /// The type under the domain, if it did not come with the server. Its operators are found for a value of the domain only behind a cast.
    var ownBase: String?
    /// The name of a function that the check calls and that did not come with the server.
    var ownFunction: String?

    /// Adds the domain's default to a column that has none.
    fileprivate func addDefault(to table: inout Table) {
        guard let at = table.columns.firstIndex(where: { $0.name == column }) else { return }
        if let defaultText, table.columns[at].default == nil {
            table.columns[at].default = PostgreSQLDefault.parse(defaultText, for: table.columns[at].type)
        }
    }

    /// Adds the demand to a column and its table.
    fileprivate func add(to table: inout Table) {
        guard let at = table.columns.firstIndex(where: { $0.name == column }) else { return }
        if isRequired { table.columns[at].isNullable = false }
        addDefault(to: &table)
        guard let check else { return }
        table.checks.append(Check(.native(sqlite: "", postgresql: check.condition), name: check.name))
    }

    /// The domain's check as one of the column's table; `nil` if the demand is none.
    var check: (name: String, condition: String)? {
        guard let checkName, let condition else { return nil }
        let name = SQLText.identifier(column)
        let value = ownBase.map { "(\(name)::\($0))" } ?? name
        // The server writes the domain's value in capitals, and quotes a name in capitals.
        let text = SQLToken.scan(condition).map { $0.kind == .word && $0.text == "VALUE" ? value : $0.text }.joined()
        return ("\(table)_\(column)_\(checkName)", text)
    }
}

extension Inspection {
    /// The schema with the defaults of its columns' domains, which a row gets that has no value for the column.
    package var schemaWithDomainDefaults: Schema {
        let demands = Dictionary(grouping: domainDemands, by: \.table)
        let tables = schema.tables.map { table in
            (demands[table.name] ?? []).reduce(into: table) { table, demand in demand.addDefault(to: &table) }
        }
        return Schema(tables: tables, views: schema.views)
    }

    /// Returns the tables with what their columns' domains demand, for a target without domains.
    package func demanding(_ tables: [Table]) -> [Table] {
        let demands = Dictionary(grouping: domainDemands, by: \.table)
        return tables.map { table in
            (demands[table.name] ?? []).reduce(into: table) { table, demand in demand.add(to: &table) }
        }
    }
}
