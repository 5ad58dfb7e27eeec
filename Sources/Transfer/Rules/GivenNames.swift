import Dialects

// The names that rules give, which the target has to take as they are.

extension TransferRules {
    /// The names that rules give to tables, by the names in the source.
    var givenNames: [String: String] {
        Dictionary(tables.compactMap { rule in rule.rename.map { (rule.name, $0) } }, uniquingKeysWith: { $1 })
    }

    /// The names that rules give to columns of a table, by the names in the source.
    func givenColumnNames(in table: String) -> [String: String] {
        let columns = self[table]?.columns ?? []
        return Dictionary(columns.compactMap { rule in rule.rename.map { (rule.name, $0) } }, uniquingKeysWith: { $1 })
    }

    /// Throws `TransferError.badRule` if a rule gives a table or column a name that is not free in the target. `tables` are those that are
    /// transferred.
    func requireFreeNames(for tables: [Table], in target: any TransferTarget) throws(TransferError) {
        let names = TargetNames(
            longest: target.longestName, distinguishesCase: target.distinguishesCase, lowercase: lowercaseNames,
            reserved: target.reservedRelations, reservedPrefix: target.reservedPrefix)
        let given = givenNames
        if let conflict = names.conflict(ofTables: tables.map(\.name), wanted: given) {
            throw Self.refusal(
                of: conflict, named: given[conflict.name] ?? "", line: self[conflict.name]?.line ?? 0, in: "")
        }
        for table in tables {
            let given = givenColumnNames(in: table.name)
            let columns = withoutSkippedColumns(table).table.columns.map(\.name)
            let conflict = names.conflict(ofColumns: columns, wanted: given, reserved: target.reservedColumns)
            guard let conflict else { continue }
            throw Self.refusal(
                of: conflict, named: given[conflict.name] ?? "", line: self[table.name]?[conflict.name]?.line ?? 0,
                in: "\(table.name).")
        }
    }

    private static func refusal(
        of conflict: TargetNames.Conflict, named given: String, line: Int, in place: String
    ) -> TransferError {
        guard let other = conflict.other else {
            return .badRule(
                line: line, problem: "\(place)\(conflict.name): the target reserves the name \(given)",
                remedy: "choose another name")
        }
        return .badRule(
            line: line, problem: "\(place)\(conflict.name): \(place)\(other) has the name \(given) in the target",
            remedy: "choose another name, or rename that one")
    }
}
