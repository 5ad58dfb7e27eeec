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
        return "\(key ?? "a foreign key"): \(count == 1 ? "1 row has" : "\(count) rows have") no parent in "
            + "\(parent) (\(first))"
    }

    /// The note about orphans that were copied.
    var note: String { "\(self): the foreign key is enforced for new rows only" }
}

/// Finds orphans. They were orphans in the source already.
struct OrphanSearch {
    private let connection: any Connection

    init(_ connection: any Connection) { self.connection = connection }

    /// Returns the orphans of a foreign key; `nil` if every row's parent exists.
    func orphans(of key: ForeignKey, in table: String) throws -> Orphans? {
        let columns = key.columns.map { "c.\(SQLText.identifier($0))" }
        let named = columns.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let same = zip(key.parentColumns, columns).map { "p.\(SQLText.identifier($0)) = \($1)" }.joined(
            separator: " AND ")
        let from = """
            FROM \(SQLText.identifier(table)) c WHERE \(named) \
            AND NOT EXISTS (SELECT 1 FROM \(SQLText.identifier(key.parent)) p WHERE \(same))
            """
        let count = try connection.queryValue("SELECT count(*) \(trusted: from)")?.integer ?? 0
        guard count > 0 else { return nil }
        let rows = try connection.query("SELECT \(trusted: columns.joined(separator: ", ")) \(trusted: from) LIMIT 3")
        let values = rows.map { row in
            zip(key.columns, row.values).map { "\($0)=\(ValueText.short($1))" }.joined(separator: ", ")
        }
        return Orphans(table: table, key: key.name, parent: key.parent, count: Int(count), examples: values)
    }
}
