import Dialects

/// Looks in the source for what only a load into existing tables meets: rows without a parent, and rows whose keys become one. A dry run does
/// so, and changes nothing.
struct LoadForecast {
    let plan: TransferPlan
    /// The source's schema.
    let schema: Schema
    let source: any TransferDialect
    let target: any TransferDialect
    let reading: any Connection
    let writing: any Connection

    /// Returns remarks on what only the load decides. Throws `SchemaTransferError.orphans` for rows that it is sure to refuse, and
    /// `DatabaseError`.
    func remarks() throws -> [String] {
        try remarksOnOrphans() + remarksOnKeys() + remarksOnNewKeys()
            + [remarkOnParents, remarkOnChecks, remarkOnOtherKeys()].compactMap { $0 }
    }

    private func remarksOnOrphans() throws -> [String] {
        let search = OrphanSearch(source, reading)
        var refused: [Orphans] = []
        var others: [String] = []
        for item in plan.sourceKeys {
            do {
                guard let found = try search.orphans(ofForeign: item.key, in: item.table) else { continue }
                if comparesAlike(item) {
                    refused.append(found)
                } else {
                    others.append(
                        "\(found.table): \(found): the transfer refuses such rows, unless they have one in the target")
                }
            } catch let error as DatabaseError where source.isRefusal(error) {
                others.append(item.remark(on: error))
            }
        }
        guard refused.isEmpty else { throw SchemaTransferError.orphans(refused) }
        return others
    }

    /// Whether the target gets all of the key's values, and compares them as the source does.
    private func comparesAlike(_ item: TransferPlan.SourceKey) -> Bool {
        guard plan.incompatibleValues.isEmpty,
            let child = plan.tables.first(where: { $0.source == item.table }),
            let parent = plan.tables.first(where: { $0.source == item.key.parent })
        else { return false }
        func compares(_ columns: [String], of table: PlannedTable) -> Bool {
            columns.allSatisfy { table.sourceColumns.firstIndex(of: $0).map { comparesAlike($0, of: table) } ?? false }
        }
        return compares(item.key.columns, of: child) && compares(item.key.parentColumns, of: parent)
    }

    /// Whether the target gets a column's values as they are, and compares them as the source does.
    func comparesAlike(_ at: Int, of table: PlannedTable) -> Bool {
        guard table.columnPlans[at].reading == nil,
            let own = schema[table.source]?[column: table.sourceColumns[at]]?.type,
            let column = plan.schema[table.target]?[column: table.targetColumns[at]],
            let form = CanonicalForm(column.type), form == CanonicalForm(own)
        else { return false }
        switch column.collation {
        case nil, .binary: return source.holdsDeclaredTypes || form == .integer || form == .text
        case .nocase, .native: return false
        }
    }

    /// Returns remarks on keys of columns whose values become others: a file keeps two spellings of one address apart, and `inet` does not.
    /// The many spellings of a uuid are those of many programs, of which one alone writes a file.
    private func remarksOnKeys() throws -> [String] {
        guard target.holdsDeclaredTypes, !source.holdsDeclaredTypes else { return [] }
        let columns = plan.tables.byName(\.target).mapValues { table in
            Set(
                table.types.indices.filter { CanonicalForm(table.types[$0]) != .uuid && !comparesAlike($0, of: table) }
                    .map { table.targetColumns[$0] })
        }
        let hasKeys = plan.tables.contains { table in
            let converted = columns[table.target] ?? []
            let keys = plan.schema[table.target]?.uniqueKeys ?? []
            return keys.contains { $0.columnNames.contains(where: converted.contains) }
        }
        guard hasKeys else { return [] }
        let survey = FoldedKeySurvey(plan: plan, columns: columns, target: target, reading: reading, writing: writing)
        do {
            return try survey.found().keys.map { "\($0): they are one key in the target, which the transfer refuses" }
        } catch let error as DatabaseError where error.kind == .permission || target.isRefusal(error) {
            return ["only the transfer itself compares keys as the target does: \(error.message)"]
        }
    }

    /// The remark on keys to tables whose rows the target has already.
    private var remarkOnParents: String? {
        let filled = Set(plan.tables.map(\.target))
        let keys = plan.tables.filter { $0.rows > 0 }.flatMap { table in
            (plan.schema[table.target]?.foreignKeys ?? []).filter { !filled.contains($0.parent) }
                .map { "\(table.target).\($0.columns.joined(separator: ", "))" }
        }
        guard !keys.isEmpty else { return nil }
        return
            "\(keys.listed(upTo: 3)): parents in tables that the source does not fill; only the transfer itself looks for them, and is refused "
            + "where one is missing"
    }

    private var remarkOnChecks: String? {
        let tables = plan.tables.filter { $0.rows > 0 && plan.schema[$0.target]?.checks.isEmpty == false }
        guard !tables.isEmpty else { return nil }
        return
            "\(tables.map(\.target).listed(upTo: 3)): checks (CHECK) of the target; only the transfer itself tries them, and is refused where a "
            + "row breaks one"
    }
}
