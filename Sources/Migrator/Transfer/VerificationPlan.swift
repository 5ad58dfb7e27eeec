import Dialects

/// Which tables and columns of two databases are compared, and as what. Pure.
struct VerificationPlan {
    struct ComparedTable {
        var name: String
        var columns: [String]
        var sourceTypes: [ColumnType]
        var targetTypes: [ColumnType]
        var forms: [CanonicalForm]
        /// Positions of the columns that tell a row from others; empty when no key is common to both sides.
        var key: [Int]
    }

    private(set) var tables: [ComparedTable] = []
    private(set) var missing: [String] = []
    private(set) var notCompared: [String] = []
    private let sourceHoldsTypes: Bool
    private let targetHoldsTypes: Bool

    init(_ source: Inspection, _ target: Inspection, sourceHoldsTypes: Bool, targetHoldsTypes: Bool) {
        self.sourceHoldsTypes = sourceHoldsTypes
        self.targetHoldsTypes = targetHoldsTypes
        for table in source.schema.tables {
            guard let other = target.schema[table.name] else {
                missing.append("table \(table.name) is only in the source")
                continue
            }
            compare(table, other)
        }
        for table in target.schema.tables where source.schema[table.name] == nil {
            missing.append("table \(table.name) is only in the target")
        }
    }

    private mutating func compare(_ table: Table, _ other: Table) {
        var compared = ComparedTable(
            name: table.name, columns: [], sourceTypes: [], targetTypes: [], forms: [], key: [])
        for column in table.columns {
            guard let fellow = other[column: column.name] else {
                missing.append("column \(table.name).\(column.name) is only in the source")
                continue
            }
            guard let form = form(column.type, fellow.type) else {
                notCompared.append(
                    "\(table.name).\(column.name): \(column.type) and \(fellow.type) have no form in common")
                continue
            }
            compared.columns.append(column.name)
            compared.sourceTypes.append(form == .text && column.type.isNative ? .text : column.type)
            compared.targetTypes.append(form == .text && fellow.type.isNative ? .text : fellow.type)
            compared.forms.append(form)
        }
        for column in other.columns where table[column: column.name] == nil {
            missing.append("column \(table.name).\(column.name) is only in the target")
        }
        let keys = [table, other].map { Set($0.primaryKey?.columns ?? []) }
        if keys[0] == keys[1] || keys[0].isEmpty != keys[1].isEmpty {
            let key = keys[0].union(keys[1])
            compared.key = compared.columns.indices.filter { key.contains(compared.columns[$0]) }
        }
        tables.append(compared)
    }

    /// A side whose columns hold only what their types say decides; where neither does, values are compared as they are stored.
    private func form(_ source: ColumnType, _ target: ColumnType) -> CanonicalForm? {
        switch (sourceHoldsTypes, targetHoldsTypes) {
        case (false, false): return CanonicalForm.common(source, target)
        case (true, false): return form(heldTo: source)
        case (false, true): return form(heldTo: target)
        case (true, true):
            let (a, b) = (form(heldTo: source), form(heldTo: target))
            if a == b { return a }
            return Set([a, b]).isSubset(of: [.integer, .real, .decimal]) ? .decimal : nil
        }
    }

    /// A type that only one database knows is compared as the text that this database writes.
    private func form(heldTo type: ColumnType) -> CanonicalForm? { type.isNative ? .text : CanonicalForm(type) }
}
