import Dialects

/// The tables that were asked to stay behind, with everything that belongs to them: nothing of it is worth a word in the report.
struct ExcludedTables {
    private let names: Set<String>
    private let shadows: Set<String>

    init(_ inspection: Inspection, taking tables: [ProfiledTable]) {
        let names = Set(inspection.tablesWithRows.map(\.name)).subtracting(tables.map(\.table.name))
        self.names = names
        shadows = Set(
            inspection.fullText.filter { names.contains($0.name) }.flatMap(\.shadowTables)
                + inspection.rangeTables.filter { names.contains($0.table.name) }.flatMap(\.shadowTables))
    }

    /// Whether the omission is of such a table, or of an object that belongs to one.
    func own(_ omission: Omission) -> Bool {
        if let table = omission.table { return names.contains(table) }
        switch omission.kind {
        case .virtualTable, .table, .other: return names.contains(omission.name)
        case .shadowTable: return shadows.contains(omission.name)
        case .trigger, .view, .index, .column, .constraint, .foreignKey: return false
        }
    }

    /// Whether the trigger belongs to such a table.
    func own(_ trigger: SourceTrigger) -> Bool { trigger.table.map { names.contains($0) } ?? false }
}
