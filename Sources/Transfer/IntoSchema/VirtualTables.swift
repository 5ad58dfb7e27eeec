import Dialects

// SQLite's virtual tables that hold rows of their own, on their way into tables that are there, or being such tables themselves: full-text
// tables that keep their texts, and R-trees. Their applications have ordinary tables of the same names in other databases.

extension Inspection {
    /// The names of the virtual tables that hold rows of their own.
    var virtualTablesWithRows: Set<String> {
        Set(fullText.filter { $0.table != nil }.map(\.name) + rangeTables.map(\.table.name))
    }

    /// Returns the inspection of a source with these tables among its own, because their rows need a place in `target` as all others do.
    func withVirtualTables(filling target: Inspection) -> Inspection {
        withVirtualTables(virtualTablesWithRows, beside: target)
    }

    /// Returns the inspection of a target with those of these tables among its own that take rows. A full-text table whose tokenizer only
    /// its application has can't be written (https://www.sqlite.org/fts5.html, section 7.2).
    func withVirtualPlaces(for source: Inspection) -> Inspection {
        let closed = Set(fullText.filter(\.hasOwnTokenizer).map(\.name))
        return withVirtualTables(virtualTablesWithRows.subtracting(closed), beside: source)
    }

    /// The virtual tables that are not among the tables.
    var otherVirtualTables: [String] { omitted.filter { $0.kind == .virtualTable }.map(\.name) }

    /// Returns a remark on these tables of a target but the ones that are filled, or keep their rows, and on those over the text of a filled
    /// table that can't be written: no trigger runs while the other tables get their rows.
    func remarkOnVirtualTables(filling filled: [String], keeping kept: [String]) -> String? {
        let closed = fullText.filter { text in
            guard text.hasOwnTokenizer, case .table(let table, _) = text.content else { return false }
            return filled.contains { SQLName.equal($0, table) }
        }
        let names = virtualTablesWithRows.subtracting(filled + kept).union(closed.map(\.name)).sorted()
        guard !names.isEmpty else { return nil }
        return
            "\(names.listed(upTo: 3)): no rows of the source go into these virtual tables, and no trigger fills them during the transfer; let "
            + "the application index its rows again"
    }

    private func withVirtualTables(_ names: Set<String>, beside other: Inspection) -> Inspection {
        guard !names.isEmpty else { return self }
        let counterparts = other.tablesWithRows
        let virtual = (fullText.compactMap(\.table) + rangeTables.map(\.table)).filter { names.contains($0.name) }
        let tables = virtual.map { table in
            counterparts.first { SQLName.equal($0.name, table.name) }
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
