import Dialects

extension TransferPlanner {
    /// Returns the columns that hold values of several classes of the source, which become texts or bytes (`TransferPlan.mixed`).
    func mixedColumns() -> [TargetColumn] {
        var found: [TargetColumn] = []
        for table in tables {
            for (column, profile) in zip(table.table.columns, table.profiles) where profile.isMixed {
                guard let type = types[table.table.name, column.name]?.type, type.isText || type == .bytes
                else { continue }
                let name = columnNames[table.table.name]?[column.name] ?? column.name
                found.append(TargetColumn(table: tableNames[table.table.name] ?? table.table.name, column: name))
            }
        }
        return found
    }
}
