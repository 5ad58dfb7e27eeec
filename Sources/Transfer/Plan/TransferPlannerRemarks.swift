import Dialects

/// What the report says of tables that come along, and of what differs for those who use them.
extension TransferPlanner {
    /// Returns the remarks that apply to several tables, once each.
    func sharedRemarks() -> [String] {
        remarksOnTables.sorted { $0.key < $1.key }.map { remark, tables in "\(tables.listed(upTo: 5)): \(remark)" }
    }

    /// Returns the remarks of the source on translated expressions, each once for a table or view.
    func remarksOnExpressions(of schema: Schema) -> [String] {
        func remarks(_ name: String, _ expressions: [SQLExpression]) -> [String] {
            var found: [String] = []
            for remark in expressions.compactMap(source.remark) where !found.contains(remark) { found.append(remark) }
            return found.map { "\(name): \($0)" }
        }
        let later = Dictionary(grouping: checks, by: \.table).mapValues { $0.map(\.check.expression) }
        return schema.tables.flatMap { remarks($0.name, $0.expressions + (later[$0.name] ?? [])) }
            + schema.views.flatMap { remarks($0.name, [$0.query]) }
    }

    /// Returns remarks on keys that let more rows pass in the target than in the source.
    func remarksOnKeys() -> [String] {
        let seen = zip(tables, planned).map { origin, made in self.seen(origin.table, as: made) }
        let unnumbered = zip(tables, planned).filter { origin, _ in !hasDefaultKey(origin.table) }.map { $0.1 }
        return seen.compactMap(source.remark(onKeysOf:)) + [target.remark(onNumbersIn: unnumbered)].compactMap { $0 }
    }

    /// Whether the source gives a new row its key by a default, such as a sequence's next number.
    private func hasDefaultKey(_ table: Table) -> Bool {
        guard let key = table.primaryKey?.columns, key.count == 1 else { return false }
        return table[column: key[0]]?.default != nil
    }

    /// Returns a remark if columns that ignored case become plain text; otherwise `nil`. Their unique indexes are
    /// transferred with their effect, but a program's own comparisons have to change.
    func caseless(_ table: Table) -> String? {
        guard let name = tableNames[table.name] else { return nil }
        let columns = table.columns.map(\.name).filter { column in
            types.nocase(table.name, column) == .text && table[column: column]?.collation == .nocase
        }
        guard let first = columns.first else { return nil }
        let column = columnNames[table.name]?[first] ?? first
        return
            "\(name): \(columns.joined(separator: ", ")) compared without regard to case in the source, and with regard to it in the "
            + "target: query lower(\(column) COLLATE \"C\") = lower(… COLLATE \"C\"), as the keys do, or transfer with nocase: citext or icu"
    }

    /// Returns a remark if a row holds the highest possible number. SQLite then looks for a free number, unless the table is
    /// `AUTOINCREMENT` (https://www.sqlite.org/autoinc.html).
    func countersAtTheirEnd(_ table: PlannedTable) -> [String] {
        table.counting.filter { counting in
            let type = zip(table.targetColumns, table.types).first { $0.0 == counting.column }?.1
            return counting.highest >= type.map { target.largestCount(of: $0) } ?? .max
        }.map { table.remark(onEndOf: $0) }
    }
}

extension PlannedTable {
    /// Returns the remark on a counter that has no further number to give.
    func remark(onEndOf counting: Counting) -> String {
        "\(target).\(counting.column): its counter is at its end, so each new row must give its own number"
    }
}

extension Table {
    /// The expressions of the table's computed columns, checks and indexes.
    fileprivate var expressions: [SQLExpression] {
        let parts = indexes.flatMap { index in
            index.parts.compactMap { part -> SQLExpression? in
                switch part.key {
                case .expression(let expression): expression
                case .column: nil
                }
            } + [index.condition].compactMap { $0 }
        }
        return columns.compactMap { $0.generated?.expression } + checks.map(\.expression) + parts
    }
}
