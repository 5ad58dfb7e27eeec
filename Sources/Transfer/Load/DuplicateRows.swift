import Dialects

/// Quarantines the rows that repeat a key in the target, for tables whose policy is quarantine. Of the rows with one key, the
/// first by primary key stays. The rows are found after loading, because several keys of the source may be one key in the
/// target: `1` and `'1'`, or texts that a NOCASE key folds.
struct DuplicateRows {
    /// The rows that were removed from a table again.
    struct Removed {
        var rows = 0
        /// The contribution of these rows to the digest of all loaded rows. They are read back from the target, so that the
        /// digest's sum proves them too.
        var digest = TableDigest()
    }

    /// The number of rows that are in memory at a time.
    private static let batch = 100

    private let plan: TransferPlan
    private let connection: any Connection
    private let target: any TransferTarget

    init(_ plan: TransferPlan, on connection: any Connection, _ target: any TransferTarget) {
        self.plan = plan
        self.connection = connection
        self.target = target
    }

    /// Quarantines the repeating rows, and returns the rows that it removed. It must run after all rows are loaded and before
    /// any key is built.
    func setAside(from table: PlannedTable, _ forms: [CanonicalForm?]?) throws -> Removed {
        var removed = Removed()
        guard table.policy == .quarantine, !table.types.isEmpty, let schema = plan.schema[table.target] else {
            return removed
        }
        for key in schema.uniqueKeys {
            let statements = try DuplicateStatements(
                of: key, in: schema, order: schema.primaryKey?.columns ?? [], for: target)
            for statement in statements.find { try connection.execute(SQL(trusted: statement)) }
            let count = try connection.queryValue(SQL(trusted: statements.count))?.integer ?? 0
            for start in stride(from: 0, to: Int(count), by: Self.batch) {
                let query = statements.rows(of: table.targetColumns, after: start, limit: Self.batch)
                try store(query, of: table, key, forms, &removed)
            }
            for statement in statements.remove { try connection.execute(SQL(trusted: statement)) }
        }
        return removed
    }

    private func store(
        _ query: String, of table: PlannedTable, _ key: Index, _ forms: [CanonicalForm?]?, _ removed: inout Removed
    ) throws {
        var rows = QuarantinedRows(of: table.source)
        var digest = ColumnForms(forms ?? [])
        let named = rowKey(table, key)
        let column = key.mentioned(table.targetColumns).joined(separator: ", ")
        let cursor = try connection.copyOut(query, types: table.types)
        defer { cursor.close() }
        var row = RawRow(columns: table.types.count)
        while try cursor.next() {
            cursor.read(into: &row)
            digest.add(row)
            removed.rows += 1
            rows.add(
                cursor, table.sourceColumns, key: named.text(cursor), column: column,
                reason: "repeats the key \(key.name)")
        }
        removed.digest.add(digest.digest)
        try rows.store(on: connection)
    }

    /// Returns the source's own key if its columns are among the copied ones, and the repeated key otherwise.
    private func rowKey(_ table: PlannedTable, _ key: Index) -> RowKey {
        let own = table.reading.hiddenKey == nil ? table.reading.key.filter(table.sourceColumns.contains) : []
        guard own.isEmpty else { return RowKey(own, at: own.compactMap(table.sourceColumns.firstIndex)) }
        let columns = key.mentioned(table.targetColumns)
        return RowKey(columns, at: columns.compactMap(table.targetColumns.firstIndex))
    }
}

extension Table {
    /// The keys and indexes that keep rows from repeating each other.
    var uniqueKeys: [Index] {
        func index(_ name: String?, _ columns: [String]) -> Index {
            Index(name: name ?? columns.joined(separator: "_"), parts: columns.map { Index.Part(.column($0)) })
        }
        let keys = [primaryKey.map { index($0.name, $0.columns) }].compactMap { $0 }
        return keys + uniques.map { index($0.name, $0.columns) } + indexes.filter(\.isUnique)
    }
}

extension Index {
    /// Returns those of the columns that the index's parts mention.
    fileprivate func mentioned(_ columns: [String]) -> [String] {
        columns.filter { column in parts.contains { $0.mentions(column) } }
    }
}
