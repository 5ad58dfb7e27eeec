import Dialects

/// The version of its schema that an application notes in a row among others, such as `schemaversion` in a table of keys and values,
/// where source and target have different ones. With the source's row, the application would take the target's schema for another.
public struct NotedVersion: Sendable, Equatable {
    /// The table's name in the target.
    public var table: String
    /// What the row is called.
    public var key: String
    /// The version in the source.
    public var source: String
    /// The version in the target.
    public var target: String
}

extension NotedVersion {
    /// What such rows are called, in lower case.
    private static let keys = [
        "version", "schemaversion", "schema_version", "schema-version", "schema.version", "dbversion", "db_version",
        "db-version", "db.version", "databaseversion", "database_version", "database-version", "database.version",
    ]

    /// Returns the versions that source and target note differently in this table. Only a narrow table whose first text can be a row's
    /// key is looked at.
    ///
    /// - Throws: `DatabaseError`.
    static func differing(
        in table: SchemaMatch.MatchedTable, _ reading: any Connection, _ writing: any Connection
    ) throws(DatabaseError) -> [NotedVersion] {
        let columns = table.columns
        guard columns.count <= 4,
            let key = columns.first(where: { table.target[column: $0.target]?.type.isText == true })
        else { return [] }
        var found: [NotedVersion] = []
        for value in columns where value != key {
            let there = try versions(value.target, by: key.target, in: table.target.name, writing)
            guard !there.isEmpty else { continue }
            let here = try versions(value.source, by: key.source, in: table.source.name, reading)
            for (row, version) in there.sorted(by: { $0.key < $1.key }) {
                guard let other = here[row], other != version else { continue }
                found.append(NotedVersion(table: table.target.name, key: row, source: other, target: version))
            }
        }
        return found
    }

    /// Returns the versions in a column, by the texts in another one.
    private static func versions(
        _ column: String, by key: String, in table: String, _ connection: any Connection
    ) throws(DatabaseError) -> [String: String] {
        let name: SQL = "CAST(\(identifier: key) AS TEXT)"
        let wanted = keys.map(SQLText.literal).joined(separator: ", ")
        let rows = try connection.query(
            """
            SELECT \(name), CAST(\(identifier: column) AS TEXT) FROM \(identifier: table) \
            WHERE lower(\(name)) IN (\(trusted: wanted))
            """)
        let pairs = rows.compactMap { row -> (String, String)? in
            guard let key = row[0].text, let version = row[1].text, isVersion(version) else { return nil }
            return (key, version)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Whether the text is a number, or several with points between them.
    private static func isVersion(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
