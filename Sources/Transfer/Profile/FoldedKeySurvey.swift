import Dialects

/// Rows that a key of the source distinguishes and a key of the target does not.
public struct FoldedKey: Sendable, Equatable {
    /// The table's name in the source.
    public var table: String
    /// The key's columns, with the target's names.
    public var columns: [String]
    /// The number of rows that repeat an earlier one.
    public var count: Int
    /// The first such rows: `'é' in row id=2 and 'É' in row id=1`.
    public var examples: [String]
}

extension FoldedKey: CustomStringConvertible {
    public var description: String {
        let rows = count.counted("row repeats another", "rows repeat others")
        let shown = examples.joined(separator: "; ") + (count > examples.count ? "; …" : "")
        return "\(table) (\(columns.joined(separator: ", "))): \(rows): \(shown)"
    }
}

/// Searches for values that become equal in a key. SQLite's NOCASE folds the letters A to Z, and its replacement in the target
/// folds all letters; only the target knows which texts it folds. The number 1 and the text `1` are one there, too. So the keys alone are
/// copied there, in a transaction that leaves nothing behind, and the target is queried.
struct FoldedKeySurvey {
    struct Found: Sendable {
        var keys: [FoldedKey] = []
        /// The statements that created the support which the columns need, if it was missing.
        var made: [String] = []
    }

    private static let exampleCount = 3

    let plan: TransferPlan
    /// The columns whose keys are looked at, by their tables, with the target's names.
    let columns: [String: Set<String>]
    let target: any TransferTarget
    let reading: any Connection
    let writing: any Connection

    /// Searches for folded keys. It must run in the snapshot in which the rows are copied. Throws `DatabaseError`.
    func found() throws -> Found {
        try target.trying(on: writing) {
            let made = try target.makeSupport(of: plan.nocasePolicies, on: writing).map { $0.statement }
            return Found(keys: try plan.tables.flatMap { try foldedKeys(of: $0, columns[$0.target] ?? []) }, made: made)
        }
    }

    /// Returns the folded keys of a table. Tables whose policy is quarantine are left out: their repeating rows are quarantined
    /// later (`DuplicateRows`).
    private func foldedKeys(of table: PlannedTable, _ folded: Set<String>) throws -> [FoldedKey] {
        guard table.policy != .quarantine, !folded.isEmpty, let schema = plan.schema[table.target] else { return [] }
        // A computed column has no values to copy. If its key is violated, that is found when the key is built.
        let computed = schema.columns.filter { $0.generated != nil }.map(\.name)
        let keys = schema.uniqueKeys.filter { key in
            key.columnNames.contains(where: folded.contains) && !computed.contains(where: key.reads)
        }
        guard !keys.isEmpty else { return [] }
        let columns = table.targetColumns.filter { column in keys.contains { $0.reads(column) } }
        let copy = copy(of: schema, columns)
        for statement in try target.construct(Schema(tables: [copy])).tables {
            try writing.execute(SQL(trusted: statement))
        }
        try load(table, columns, into: copy)
        let found = try keys.compactMap { try repeated($0, in: copy, of: table) }
        for statement in target.remove(tables: [copy.name], views: []) { try writing.execute(SQL(trusted: statement)) }
        return found
    }

    /// Returns a table of these columns, and a last one that identifies the row.
    private func copy(of table: Table, _ columns: [String]) -> Table {
        var label = "row"
        while columns.contains(label) { label += "_" }
        var copy = Table(name: plan.schema.freeName("tc_keys"))
        for name in columns {
            var column = Column(name, table[column: name]?.type ?? .text)
            column.isNullable = true
            copy.columns.append(column)
        }
        copy.columns.append(Column(label, .text))
        return copy
    }

    private func load(_ table: PlannedTable, _ columns: [String], into copy: Table) throws {
        let places = columns.compactMap(table.targetColumns.firstIndex)
        let read = places.map { table.sourceColumns[$0] }
        let others = table.reading.hiddenKey == nil ? table.reading.key.filter { !read.contains($0) } : []
        let wanted = read + others
        let key = RowKey(table.reading, in: wanted)
        let reader = ValueReader(places.map { table.columnPlans[$0].reading })
        let cursor = try reading.rows(SQL(trusted: table.reading.query(wanted)))
        defer { cursor.close() }
        let types: [ColumnType] = places.map { table.types[$0] }
        let writer = try writing.copyIn(
            table: copy.name, columns: copy.columns.map(\.name), types: types + [ColumnType.text])
        do {
            var count = 0
            while try cursor.next() {
                let values = places.indices.map { cursor.raw($0) }
                let shown = values.map(ValueText.short).joined(separator: ", ")
                let written = values.indices.map { reader?.read(values[$0], column: $0) ?? values[$0] }
                try Self.write(written, "\(shown) in row \(key.text(cursor))", writer)
                count += 1
                if count & 0xFFF == 0 { try Task.checkCancellation() }
            }
            _ = try writer.finish()
        } catch {
            writer.cancel()
            throw error
        }
    }

    /// Writes one row. A row with a value that does not fit is left out: the value becomes NULL, which repeats nothing, or was
    /// refused before.
    private static func write(_ values: [RawValue], _ label: String, _ writer: any BulkWriter) throws {
        for (column, value) in values.enumerated() {
            do throws(IncompatibleValue) { try writer.write(value, column: column) } catch { return }
        }
        try Array(label.utf8).withUnsafeBytes { bytes in
            try writer.write(.text(bytes), column: values.count)
            try writer.endRow()
        }
    }

    private func repeated(_ key: Index, in copy: Table, of table: PlannedTable) throws -> FoldedKey? {
        let statements = try DuplicateStatements(of: key, in: copy, order: [], for: target)
        for statement in statements.find { try writing.execute(SQL(trusted: statement)) }
        let count = try writing.queryValue(SQL(trusted: statements.count))?.integer ?? 0
        let label = copy.columns.last?.name ?? ""
        let pairs = try writing.query(SQL(trusted: statements.pairs(of: label, limit: Self.exampleCount)))
        try writing.execute(SQL(trusted: statements.forget))
        guard count > 0 else { return nil }
        return FoldedKey(
            table: table.source, columns: key.columnNames, count: Int(count),
            examples: pairs.map { "\($0[1].text ?? "") and \($0[0].text ?? "")" })
    }
}

/// A statement that created missing support for columns under a policy.
struct MadeSupport: Sendable {
    var policy: NocasePolicy
    var statement: String
}

extension TransferTarget {
    /// Creates the support that these policies need, if it is missing, and returns what it created. Throws
    /// `TransferError.noSupport` and `DatabaseError`.
    func makeSupport(of policies: [NocasePolicy], on connection: any Connection) throws -> [MadeSupport] {
        try policies.compactMap { policy in
            let statement = try missing(of: policy, on: connection)
            if let statement { try make(policy, by: statement, on: connection) }
            return statement.map { MadeSupport(policy: policy, statement: $0) }
        }
    }

    /// Returns the statement that creates the missing support; `nil` if nothing is missing.
    private func missing(of policy: NocasePolicy, on connection: any Connection) throws -> String? {
        switch try support(of: policy, on: connection) {
        case .there: return nil
        case .missing(let statement): return statement
        case .impossible(let reason, let remedy):
            throw TransferError.noSupport(policy, reason: reason, remedy: remedy)
        }
    }

    private func make(_ policy: NocasePolicy, by statement: String, on connection: any Connection) throws {
        do throws(DatabaseError) {
            try connection.execute(SQL(trusted: statement))
        } catch {
            guard !error.isInterruption else { throw error }
            let remedy = "run it as a role with the privilege: \(statement); or choose another policy"
            throw TransferError.noSupport(policy, reason: error.message, remedy: remedy)
        }
    }
}

extension Index {
    /// Whether a part of the index, or its condition, mentions a column.
    fileprivate func reads(_ column: String) -> Bool {
        condition?.mentions(column) == true || parts.contains { $0.mentions(column) }
    }
}
