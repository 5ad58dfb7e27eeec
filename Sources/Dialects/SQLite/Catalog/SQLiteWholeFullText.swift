/// A full-text table without a text of its own, and the table whose words it finds.
struct SQLiteWholeFullText {
    let text: FullText
    let table: Table
    /// The column that the full-text table calls `rowid`.
    let key: String

    private static let rowids: Set = ["rowid", "_rowid_", "oid", "docid"]

    /// Whether it calls the rows by the numbers that SQLite gives them.
    var isByNumber: Bool { Self.rowids.contains(SQLName.folded(key)) }

    /// Returns whether it holds the words of all rows as they stand in the table, as far as `triggers` tell, so that its own command
    /// `rebuild` changes nothing in what it holds of rows that stay. A trigger with a condition leaves rows out, and one that computes
    /// texts has words which stand in no column; `rebuild` itself fails where the table lacks a column, or SQLite the tokenizer.
    func isWhole(kept triggers: [SQLiteCatalog.Object]) -> Bool {
        let names = table.columns.map(\.name)
        return !text.hasOwnTokenizer
            && (text.columns + (isByNumber ? [] : [key])).allSatisfy { column in
                names.contains { SQLName.equal($0, column) }
            }
            && triggers.allSatisfy { isFaithful($0.sql ?? "") }
    }

    /// Returns whether a trigger passes on each row of the table as it is, if it writes into the full-text table.
    private func isFaithful(_ sql: String) -> Bool {
        guard let trigger = try? SQLiteExpressionParser.trigger(sql) else { return false }
        let writing = trigger.statements.filter { statement in
            statement.writtenTable.map { SQLName.equal($0, text.name) } ?? false
        }
        guard !writing.isEmpty else { return true }
        return trigger.condition == nil && SQLName.equal(trigger.table, table.name) && writing.allSatisfy(isFaithful)
    }

    private func isFaithful(_ statement: SQLiteTrigger.Statement) -> Bool {
        switch statement {
        case .delete, .select: return true
        case .update(_, let assignments, _): return assignments.allSatisfy { isNew($0.value, $0.column) }
        case .insert(let insert):
            // A command, such as 'delete', is written into the column that has the table's own name.
            if let first = insert.columns.first, SQLName.equal(first, text.name) { return true }
            let columns = insert.columns.isEmpty ? text.columns : insert.columns
            let isComplete = text.columns.allSatisfy { column in columns.contains { SQLName.equal($0, column) } }
            guard isComplete, let single = insert.rows?.singleRow, single.condition == nil else { return false }
            return single.rows.allSatisfy { row in
                row.count == columns.count && zip(row, columns).allSatisfy { isNew($0, $1) }
            }
        }
    }

    /// Returns whether the value is what the row has in this column, or its number.
    private func isNew(_ value: ExpressionTree, _ column: String) -> Bool {
        guard case .column(let row, let name) = value, SQLName.equal(row, "new") else { return false }
        return SQLName.equal(name, column) || Self.rowids.contains(SQLName.folded(column))
    }
}
