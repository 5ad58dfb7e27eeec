import Dialects

extension TransferRules {
    /// Returns the names of the columns of this table that a rule skips.
    func skippedColumns(of table: String) -> Set<String> {
        Set((self[table]?.columns ?? []).filter(\.isSkipped).map(\.name))
    }

    /// Returns the table without the columns that a rule skips and without the keys, indexes, checks and expressions that need them, and
    /// the list of these omissions.
    func withoutSkippedColumns(_ table: Table) -> (table: Table, omitted: [Omission]) {
        let skipped = skippedColumns(of: table.name)
        guard !skipped.isEmpty else { return (table, []) }
        var rest = table
        var lost: [Omission] = []
        func lose(_ kind: Omission.Kind, _ name: String, _ columns: [String]) -> Bool {
            var named: Set<String> = []
            let gone = columns.filter { skipped.contains($0) && named.insert($0).inserted }
            guard !gone.isEmpty else { return false }
            lost.append(Omission(kind, name, reason: "a rule skips \(gone.joined(separator: ", "))"))
            return true
        }
        // To SQLite, a quoted name that no column has is a text. A bare word may be one of the language, and is found by the translation.
        func quoted(_ expressions: [SQLExpression?]) -> [String] {
            let tokens = expressions.compactMap { $0?.sourceText }.flatMap(SQLToken.scan).filter { $0.kind == .quoted }
            return skipped.filter { column in tokens.contains { SQLName.equal($0.name ?? "", column) } }.sorted()
        }
        func label(_ columns: [String]) -> String { "\(table.name) (\(columns.joined(separator: ", ")))" }
        rest.columns.removeAll { lose(.column, "\(table.name).\($0.name)", [$0.name]) }
        for at in rest.columns.indices {
            guard let expression = rest.columns[at].generated?.expression else { continue }
            let gone = quoted([expression]).joined(separator: ", ")
            guard !gone.isEmpty else { continue }
            rest.columns[at].generated = nil
            lost.append(
                Omission(
                    .other, "\(table.name).\(rest.columns[at].name) GENERATED",
                    reason: "its values are copied and no longer computed: a rule skips \(gone)"))
        }
        rest.checks.removeAll { lose(.constraint, "\(table.name) \($0.words)", quoted([$0.expression])) }
        if let key = table.primaryKey, lose(.constraint, label(key.columns), key.columns) { rest.primaryKey = nil }
        rest.uniques.removeAll { lose(.constraint, label($0.columns), $0.columns) }
        rest.foreignKeys.removeAll { lose(.foreignKey, label($0.columns), $0.columns) }
        rest.indexes.removeAll { index in
            var columns = quoted([index.condition])
            for part in index.parts {
                switch part.key {
                case .column(let name): columns.append(name)
                case .expression(let expression): columns += quoted([expression])
                }
            }
            return lose(.index, index.name, columns)
        }
        return (rest, lost)
    }
}
