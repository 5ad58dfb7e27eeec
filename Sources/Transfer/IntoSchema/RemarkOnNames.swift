import Dialects

extension TransferPlan {
    /// A remark on the tables and columns that stand under another name in the target, as a transfer gives one (`NameMatch`); `nil` if
    /// there are none. Two names that differ in case alone are one.
    var remarkOnNames: String? {
        func areOne(_ source: String, _ target: String) -> Bool { source.lowercased() == target.lowercased() }
        var found: [String] = []
        for table in tables {
            if !areOne(table.source, table.target) { found.append("table \(table.source) as \(table.target)") }
            for (source, target) in zip(table.sourceColumns, table.targetColumns) where !areOne(source, target) {
                found.append("\(table.source).\(source) as \(target)")
            }
        }
        return found.isEmpty ? nil : "matched under another name: \(found.listed(upTo: 3))"
    }
}
