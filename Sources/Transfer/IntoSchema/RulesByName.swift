import Dialects

extension TransferRules {
    /// Returns the rules with the names of these tables and of their columns, where a rule's name differs from the only one in case alone.
    /// Tables are matched so where a schema is filled, and a rules file of the way there has the names of the other side.
    func named(as tables: [Table]) -> TransferRules {
        let known = tables.byName(\.name)
        let fellows = SchemaMatch.fellows(of: self.tables.map(\.name), in: tables.map(\.name))
        var named = self
        named.tables = self.tables.map { rule in
            guard let name = fellows[rule.name], let table = known[name] else { return rule }
            let columns = SchemaMatch.fellows(of: rule.columns.map(\.name), in: table.columns.map(\.name))
            var rule = rule
            rule.name = name
            rule.columns = rule.columns.map { column in
                var column = column
                column.name = columns[column.name] ?? column.name
                return column
            }
            return rule
        }
        return named
    }
}
