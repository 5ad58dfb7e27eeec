/// Writes rows whose columns are partly of types that have no binary form here, such as arrays, ranges and composite types: their values
/// are written as texts into a temporary table, and the server casts them from there.
///
///     INSERT INTO "people" ("id", "words") SELECT "id", "words"::text[] FROM pg_temp.tc_casting
///
/// The server rounds and cuts many values to what their type holds, so a value that it would write otherwise is refused.
///
/// The transaction that makes such a writer must be open until the rows are in the table.
final class PostgreSQLCastingCopyIn: BulkWriter {
    private static let name = "tc_casting"

    private let connection: PostgreSQLConnection
    private let staged: PostgreSQLCopyIn
    private let insertion: String
    private let search: PostgreSQLCastSearch

    init(
        _ connection: PostgreSQLConnection, table: String, columns: [String], types: [ColumnType], options: CopyOptions
    ) throws(DatabaseError) {
        self.connection = connection
        let names = columns.map(SQLText.identifier)
        let (casts, domains) = try Self.casts(of: columns, types, in: table, on: connection)
        search = PostgreSQLCastSearch(
            table: table, staged: Self.name, columns: columns, casts: casts, domains: domains)
        let texts = zip(columns, zip(names, casts)).map { column, held in
            let (name, cast) = held
            if cast != nil { return "\(name)::text AS \(name)" }
            // Together with a NULL, a domain's value has its base type, which checks nothing yet (the manual, 10.5).
            return domains.contains(column) ? "coalesce(\(name), NULL) AS \(name)" : name
        }
        let values = zip(names, casts).map { name, cast in cast.map { "\(name)::\($0.type)" } ?? name }
        let (target, list) = (SQLText.identifier(table), names.joined(separator: ", "))
        // Like COPY, the insertion writes a column that is always an identity.
        insertion =
            "INSERT INTO \(target) (\(list)) OVERRIDING SYSTEM VALUE SELECT \(values.joined(separator: ", ")) FROM pg_temp.\(Self.name)"
        try connection.executeScript(
            "CREATE TEMPORARY TABLE \(Self.name) ON COMMIT DROP AS SELECT \(texts.joined(separator: ", ")) FROM \(target) WITH NO DATA"
        )
        // Only a table that was emptied in this transaction takes frozen rows.
        var options = options
        options.freezing = false
        staged = try PostgreSQLCopyIn(
            connection, table: Self.name, columns: columns,
            types: zip(types, casts).map { type, cast in cast == nil ? type : .text }, options: options)
    }

    /// Returns how the server must cast the columns' texts, `nil` for a column that has a binary form here, and the columns of domains.
    private static func casts(
        of columns: [String], _ types: [ColumnType], in table: String, on connection: PostgreSQLConnection
    ) throws(DatabaseError) -> (casts: [PostgreSQLCastSearch.Cast?], domains: Set<String>) {
        let rows = try connection.query(
            """
            SELECT attname AS name, format_type(atttypid, -1) AS type, format_type(atttypid, atttypmod) AS held,
                typtype = 'd' AS domain, format_type(coalesce(nullif(typbasetype, 0), atttypid), -1) AS base
            FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
            WHERE attrelid = \(SQLText.identifier(table))::regclass AND attnum > 0 AND NOT attisdropped
            """)
        let found = Dictionary(rows.map { ($0["name"]?.text ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        let casts = zip(columns, types).map { column, type -> PostgreSQLCastSearch.Cast? in
            guard PostgreSQLEncoding(type) == .cast, let row = found[column] else { return nil }
            return PostgreSQLCastSearch.Cast(
                type: row["type"]?.text ?? "", held: row["held"]?.text ?? "", isSpan: CanonicalForm(type) == .interval,
                base: row["base"]?.text ?? "")
        }
        return (casts, Set(rows.filter { $0["domain"]?.boolean == true }.compactMap { $0["name"]?.text }))
    }

    func write(_ value: RawValue, column: Int) throws(IncompatibleValue) { try staged.write(value, column: column) }
    func write(_ row: borrowing RawRow) throws(IncompatibleValue) { try staged.write(row) }
    func endRow() throws(DatabaseError) { try staged.endRow() }
    func cancel() { staged.cancel() }

    func finish() throws(DatabaseError) -> Int {
        _ = try staged.finish()
        try connection.executeScript("SAVEPOINT \(Self.name)")
        let rows: Int
        do throws(DatabaseError) {
            rows = try connection.execute(SQL(trusted: insertion))
        } catch {
            throw search.explained(error, on: connection)
        }
        if let altered = try search.altered(on: connection) { throw altered }
        try connection.executeScript("RELEASE SAVEPOINT \(Self.name); DROP TABLE pg_temp.\(Self.name)")
        return rows
    }
}
