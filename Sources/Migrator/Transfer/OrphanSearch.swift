import Dialects

/// Finds rows that point nowhere: they are the source's own, and come along.
struct OrphanSearch {
    private let connection: any Connection

    init(_ connection: any Connection) { self.connection = connection }

    /// How many rows name a parent that is not there, and the keys that the first of them name; `nil` when none does.
    func note(of key: ForeignKey, in table: String) throws -> String? {
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
            zip(key.columns, row).map { "\($0)=\(ValueText.short($1))" }.joined(separator: ", ")
        }
        let first = values.joined(separator: "; ") + (count > 3 ? "; …" : "")
        return "\(key.name ?? "a foreign key"): \(count == 1 ? "1 row has" : "\(count) rows have") no parent in "
            + "\(key.parent) (\(first)): the foreign key holds for new rows only"
    }
}
