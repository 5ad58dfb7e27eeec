import Dialects

// SQLite's virtual tables that hold rows of their own, on their way into tables that are there: full-text tables that keep their texts, and
// R-trees. Their applications have ordinary tables of the same names in other databases.

extension Inspection {
    /// The names of the virtual tables that hold rows of their own.
    var virtualTablesWithRows: Set<String> {
        Set(fullText.filter { $0.table != nil }.map(\.name) + rangeTables.map(\.table.name))
    }

    /// Returns the inspection with these tables among its own, because their rows need a place in `schema` as all others do.
    func withVirtualTables(filling schema: Schema) -> Inspection {
        let names = virtualTablesWithRows
        guard !names.isEmpty else { return self }
        let places = schema.tables
        let tables = (fullText.compactMap(\.table) + rangeTables.map(\.table)).map { table in
            places.first { SQLName.equal($0.name, table.name) }
                .map { withoutHiddenRowNumber(table, beside: $0) } ?? table
        }
        var whole = self
        whole.schema = Schema(tables: self.schema.tables + tables, views: self.schema.views)
        whole.omitted.removeAll { $0.kind == .virtualTable && names.contains($0.name) }
        return whole
    }

    /// Returns the table without the row number of a full-text table if its counterpart has no column for it. No statement shows this number
    /// that does not name it, so a program's own table most likely has none.
    func withoutHiddenRowNumber(_ table: Table, beside other: Table) -> Table {
        let number = "rowid"
        guard fullText.contains(where: { $0.name == table.name && $0.table != nil }),
            !other.columns.contains(where: { SQLName.equal($0.name, number) })
        else { return table }
        var table = table
        table.columns.removeAll { $0.name == number }
        table.primaryKey = nil
        return table
    }
}
