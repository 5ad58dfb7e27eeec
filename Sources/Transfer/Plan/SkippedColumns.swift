import Dialects

extension TransferRules {
    /// Returns the table without the columns that a rule skips and without the keys and indexes that need them, and the
    /// list of these omissions.
    func withoutSkippedColumns(_ table: Table) -> (table: Table, omitted: [Omission]) {
        let skipped = Set((self[table.name]?.columns ?? []).filter(\.isSkipped).map(\.name))
        guard !skipped.isEmpty else { return (table, []) }
        var rest = table
        var lost: [Omission] = []
        func lose(_ kind: Omission.Kind, _ name: String, _ columns: [String]) -> Bool {
            let gone = columns.filter(skipped.contains)
            guard !gone.isEmpty else { return false }
            lost.append(Omission(kind, name, reason: "a rule skips \(gone.joined(separator: ", "))"))
            return true
        }
        func label(_ columns: [String]) -> String { "\(table.name) (\(columns.joined(separator: ", ")))" }
        rest.columns.removeAll { lose(.column, "\(table.name).\($0.name)", [$0.name]) }
        if let key = table.primaryKey, lose(.constraint, label(key.columns), key.columns) { rest.primaryKey = nil }
        rest.uniques.removeAll { lose(.constraint, label($0.columns), $0.columns) }
        rest.foreignKeys.removeAll { lose(.foreignKey, label($0.columns), $0.columns) }
        rest.indexes.removeAll { index in
            let columns = index.parts.compactMap { part in
                if case .column(let name) = part.key { name } else { nil }
            }
            return lose(.index, index.name, columns)
        }
        return (rest, lost)
    }
}
