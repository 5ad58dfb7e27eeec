import Dialects

/// Sets aside the rows that repeat a key in the target, of tables whose policy is quarantine: one row of each kind stays, the
/// first by primary key. They are found after loading, because what is one key there may have been several in the source: `1`
/// and `'1'`, or texts that a NOCASE key folds.
struct DuplicateRows {
    /// Rows that left a table again.
    struct Removed {
        var rows = 0
        /// What they add to the digest of those that came: they are read back from the target, so that its sum proves them too.
        var digest = TableDigest()
    }

    /// So many are in memory at a time.
    private static let batch = 100

    private let plan: TransferPlan
    private let connection: any Connection
    private let target: any TransferTarget

    init(_ plan: TransferPlan, on connection: any Connection, _ target: any TransferTarget) {
        self.plan = plan
        self.connection = connection
        self.target = target
    }

    /// Must run when all rows are loaded and no key is built yet. Returns what left the table.
    func setAside(from table: PlannedTable, _ forms: [CanonicalForm?]?) throws -> Removed {
        var removed = Removed()
        guard table.policy == .quarantine, !table.types.isEmpty, let schema = plan.schema[table.target] else {
            return removed
        }
        for key in schema.uniqueKeys {
            let statements = try DuplicateStatements(
                of: key, in: schema, order: schema.primaryKey?.columns ?? [], for: target)
            try connection.execute(SQL(trusted: statements.find))
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

    /// The source's own key where it has one among its columns, else the key that is repeated.
    private func rowKey(_ table: PlannedTable, _ key: Index) -> RowKey {
        let own = table.reading.hiddenKey == nil ? table.reading.key.filter(table.sourceColumns.contains) : []
        guard own.isEmpty else { return RowKey(own, at: own.compactMap(table.sourceColumns.firstIndex)) }
        let columns = key.mentioned(table.targetColumns)
        return RowKey(columns, at: columns.compactMap(table.targetColumns.firstIndex))
    }
}

extension Table {
    /// Everything that keeps rows from repeating each other.
    var uniqueKeys: [Index] {
        func index(_ name: String?, _ columns: [String]) -> Index {
            Index(name: name ?? columns.joined(separator: "_"), parts: columns.map { Index.Part(.column($0)) })
        }
        let keys = [primaryKey.map { index($0.name, $0.columns) }].compactMap { $0 }
        return keys + uniques.map { index($0.name, $0.columns) } + indexes.filter(\.isUnique)
    }
}

extension Index {
    /// Those of the columns that its parts speak of.
    fileprivate func mentioned(_ columns: [String]) -> [String] {
        columns.filter { column in
            parts.contains { part in
                switch part.key {
                case .column(let name): name == column
                case .expression(let expression): expression.mentions(column)
                }
            }
        }
    }
}
