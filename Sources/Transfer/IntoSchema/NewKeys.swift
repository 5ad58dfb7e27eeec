import Dialects

// What a dry run says of keys that the target has, and the source has not.

extension LoadForecast {
    /// Returns a remark on each key of columns alone whose values some rows of the source repeat. Tables whose repeating rows are set aside
    /// have none.
    func remarksOnNewKeys() throws -> [String] {
        try plan.tables.filter { $0.rows > 0 && $0.policy != .quarantine }.flatMap { table in
            try newKeys(of: table).compactMap { try remark(onRepeated: $0, in: table) }
        }
    }

    /// Returns the columns in the source of the keys of which the source has none that is as narrow.
    private func newKeys(of table: PlannedTable) -> [[String]] {
        let keys = plan.schema[table.target]?.uniqueKeys ?? []
        let own = (schema[table.source]?.uniqueKeys ?? []).filter(\.isOfColumnsAlone).map { Set($0.columnNames) }
        return keys.filter(\.isOfColumnsAlone).compactMap { key in
            let places = key.columnNames.compactMap(table.targetColumns.firstIndex)
            guard places.count == key.parts.count, places.allSatisfy({ groupsAlike($0, of: table) }) else { return nil }
            let columns = places.map { table.sourceColumns[$0] }
            return own.contains { $0.isSubset(of: columns) } ? nil : columns
        }
    }

    /// Whether values that the source takes for one are one in the target, too. Two SQLite files hold their values in the same way. A server
    /// compares no JSON that it keeps as a text.
    private func groupsAlike(_ at: Int, of table: PlannedTable) -> Bool {
        let column = schema[table.source]?[column: table.sourceColumns[at]]
        guard column?.type != .jsonText, CanonicalForm(table.types[at]) != .json else { return false }
        let own = column?.collation ?? .binary
        let other = plan.schema[table.target]?[column: table.targetColumns[at]]?.collation ?? .binary
        let isFileToFile = !source.holdsDeclaredTypes && !target.holdsDeclaredTypes
        return own == other && table.columnPlans[at].reading == nil && (isFileToFile || comparesAlike(at, of: table))
    }

    private func remark(onRepeated columns: [String], in table: PlannedTable) throws -> String? {
        let names = SQLText.identifiers(columns)
        let hasKey = columns.map { "\(SQLText.identifier($0)) IS NOT NULL" }.joined(separator: " AND ")
        let query =
            "SELECT \(names), count(*) \(table.reading.from) WHERE \(hasKey) GROUP BY \(names) HAVING count(*) > 1 LIMIT 1"
        guard let row = try reading.query(SQL(trusted: query)).first else { return nil }
        let values = zip(columns, row.values).map { "\($0)=\(ValueText.short($1))" }.joined(separator: ", ")
        let count = row[columns.count].integer ?? 0
        return
            "\(table.source) (\(columns.joined(separator: ", "))): \(count) rows with \(values): they are one key in the target, "
            + "which the transfer refuses"
    }

    /// Returns the remark on keys about which the source can't be asked, unless it has the same.
    func remarkOnOtherKeys() throws -> String? {
        let names = try plan.tables.filter { $0.rows > 0 }.flatMap { table in
            let own = (schema[table.source]?.indexes ?? []).filter(\.isUnique)
            let known = (plan.schema[table.target]?.indexes ?? []).filter { index in
                own.contains { $0.parts == index.parts && $0.condition == index.condition }
            }
            let others = try target.otherKeys(of: table.target, on: writing) + collatedKeys(of: table)
            return others.filter { name in !known.contains { $0.name == name } }.map { "\(table.target).\($0)" }
        }
        guard !names.isEmpty else { return nil }
        return
            "\(names.listed(upTo: 3)): keys of the target over expressions, some rows or NULLs, by another collation, or exclusions; only the "
            + "transfer itself tries them, and is refused where two rows break one"
    }

    /// Returns the names of the keys of columns that compare by a collation of their own, and of those that ignore case in a file where the
    /// source's column does not. A server is asked for the latter (`remarksOnKeys`).
    private func collatedKeys(of table: PlannedTable) -> [String] {
        let foldsCase = zip(table.sourceColumns, table.targetColumns).filter { own, other in
            schema[table.source]?[column: own]?.collation != .nocase
                && plan.schema[table.target]?[column: other]?.collation == .nocase
        }.map(\.1)
        let keys = (plan.schema[table.target]?.uniqueKeys ?? []).filter { $0.hasColumnsOnly && $0.condition == nil }
        return keys.filter { key in
            !key.isOfColumnsAlone
                || !target.holdsDeclaredTypes && key.columnNames.contains(where: foldsCase.contains)
        }.map(\.name)
    }
}

extension Index {
    /// Whether it is a key of all rows, whose columns compare as they do everywhere.
    fileprivate var isOfColumnsAlone: Bool {
        hasColumnsOnly && condition == nil && parts.allSatisfy { $0.collation == nil }
    }
}
