import Dialects

/// Rows of a table that refer to a row which does not exist.
public struct Orphans: Sendable, Equatable {
    /// The table whose rows have no parent.
    public var table: String
    /// The foreign key's name.
    public var key: String?
    /// The table that the rows refer to.
    public var parent: String
    /// The number of rows without a parent.
    public var count: Int
    /// The key values of the first such rows: `order_id=7`.
    public var examples: [String]
}

extension Orphans: CustomStringConvertible {
    public var description: String {
        let first = examples.joined(separator: "; ") + (count > examples.count ? "; …" : "")
        return "\(key ?? "a foreign key"): \(count.counted("row has", "rows have")) no parent in "
            + "\(parent) (\(first))"
    }

    /// The note about orphans that were copied.
    var note: String { "\(self): the foreign key is enforced for new rows only" }
}

/// Finds orphans, in the source or in the target. A join finds them without an index on the parent's columns, too: PostgreSQL hashes, and
/// SQLite makes an index for the time of the query (https://www.sqlite.org/optoverview.html, "Automatic Query-Time Indexes").
///
/// `coalesce` around the child's value changes no value, and PostgreSQL hashes it like the column. In SQLite its result has no affinity, so
/// the parent's column determines how the two are compared, as it does for the foreign key itself. Only then can an index on it be used
/// where the two are declared differently (https://www.sqlite.org/datatype3.html, section 4.2).
struct OrphanSearch {
    private let dialect: any TransferTarget
    private let connection: any Connection

    init(_ dialect: any TransferTarget, _ connection: any Connection) {
        self.dialect = dialect
        self.connection = connection
    }

    /// Returns the orphans of a foreign key; `nil` if every row's parent exists. A foreign key is about its two tables' own rows.
    func orphans(of key: ForeignKey, in table: String) throws -> Orphans? {
        let columns = key.columns.map { "c.\(SQLText.identifier($0))" }
        let parents = key.parentColumns.map { "p.\(SQLText.identifier($0))" }
        let same = zip(parents, columns).map { "\($0) = coalesce(\($1), NULL)" }
        let conditions = columns.map { "\($0) IS NOT NULL" } + parents.prefix(1).map { "\($0) IS NULL" }
        let sources = try [table, key.parent].map { try dialect.ownRows(of: $0, on: connection) }
        let from = """
            FROM \(sources[0]) c LEFT JOIN \(sources[1]) p \
            ON \(same.joined(separator: " AND ")) WHERE \(conditions.joined(separator: " AND "))
            """
        let count = try connection.queryValue("SELECT count(*) \(trusted: from)")?.integer ?? 0
        guard count > 0 else { return nil }
        let rows = try connection.query("SELECT \(trusted: columns.joined(separator: ", ")) \(trusted: from) LIMIT 3")
        let values = rows.map { row in
            zip(key.columns, row.values).map { "\($0)=\(ValueText.short($1))" }.joined(separator: ", ")
        }
        return Orphans(table: table, key: key.name, parent: key.parent, count: Int(count), examples: values)
    }

    /// Returns the orphans of a foreign key that only another database has. The columns may have types here that can't be compared, as a
    /// server compares no uuid with a text; the error leaves the transaction as it was.
    func orphans(ofForeign key: ForeignKey, in table: String) throws -> Orphans? {
        try connection.execute("SAVEPOINT tc_orphans")
        let found = Result { try orphans(of: key, in: table) }
        if case .failure = found { try connection.execute("ROLLBACK TO SAVEPOINT tc_orphans") }
        try connection.execute("RELEASE SAVEPOINT tc_orphans")
        return try found.get()
    }
}

extension TransferPlan {
    /// A foreign key with the names of the source.
    struct SourceKey: Sendable {
        var table: String
        var key: ForeignKey

        /// The remark on a key whose columns the source can't compare.
        func remark(on error: DatabaseError) -> String {
            "\(table) (\(key.columns.joined(separator: ", "))): only the transfer itself looks for the rows of \(key.parent) that these "
                + "refer to: \(error.message)"
        }
    }

    /// The foreign keys whose columns' values are read as they are.
    var sourceKeys: [SourceKey] {
        let planned = tables.byName(\.target)
        return schema.tables.flatMap { table in
            table.foreignKeys.compactMap { key -> SourceKey? in
                guard let child = planned[table.name], let parent = planned[key.parent],
                    let columns = child.sourceNames(of: key.columns),
                    let parentColumns = parent.sourceNames(of: key.parentColumns)
                else { return nil }
                var key = key
                (key.columns, key.parent, key.parentColumns) = (columns, parent.source, parentColumns)
                return SourceKey(table: child.source, key: key)
            }
        }
    }
}

extension PlannedTable {
    /// Returns what columns of the target are called in the source; `nil` if a rule converts the values of one.
    fileprivate func sourceNames(of columns: [String]) -> [String]? {
        let places = columns.compactMap(targetColumns.firstIndex)
        guard places.count == columns.count, places.allSatisfy({ columnPlans[$0].reading == nil }) else { return nil }
        return places.map { sourceColumns[$0] }
    }
}
