// PostgreSQL as a transfer's target.

extension PostgreSQLDialect: TransferTarget {
    /// 63 bytes: https://www.postgresql.org/docs/current/sql-syntax-lexical.html, 4.1.1.
    package var longestName: Int { 63 }

    /// The system columns: https://www.postgresql.org/docs/current/ddl-system-columns.html
    package var reservedColumns: Set<String> { ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"] }

    package var reservedRelations: Set<String> { PostgreSQLCatalogNames.all }
    package var reservedPrefix: String? { nil }

    /// Returns the sequence's name as the server forms it if that name is free and not too long: `items_id_seq`.
    package func counter(of column: String, in table: String) -> String? { "\(table)_\(column)_seq" }

    /// Returns whether the error's class in https://www.postgresql.org/docs/current/errcodes-appendix.html is one of these: data
    /// exception, feature not supported, access rule violation (an expression that an index can't have), program limit exceeded
    /// (a row of an index takes 2704 bytes). A function whose library is missing is one of them, too.
    package func isRefusal(_ error: DatabaseError) -> Bool {
        guard !error.isForWantOfLibrary else { return true }
        return ["22", "0A", "42", "54"].contains { error.code?.hasPrefix($0) ?? false } && error.kind != .permission
    }

    /// The row that is too big when an index is made is the catalog's own, which holds the index's expressions.
    package func reason(of refusal: DatabaseError) -> String {
        guard refusal.isForTooLongRow else { return refusal.message }
        return "its expression is too long for the catalog, where an index takes at most 8160 bytes"
    }

    /// Returns whether the error's class is one of these: connection exception, insufficient resources, operator intervention, system
    /// error; or whether a table or an index is damaged. Other internal errors (XX000) are what extensions raise about the object itself.
    /// A missing library has the code of a missing file, but concerns only the objects that call its functions: it would interrupt
    /// each resumed transfer again.
    package func isFault(_ error: DatabaseError) -> Bool {
        guard !error.isForWantOfLibrary else { return false }
        return ["08", "53", "57", "58", "XX001", "XX002"].contains { error.code?.hasPrefix($0) ?? false }
    }

    package func isComputing(_ error: DatabaseError) -> Bool {
        isRefusal(error) && !isMissingTable(error) && !error.isForWantOfLibrary
    }

    /// `undefined_table` (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    package func isMissingTable(_ error: DatabaseError) -> Bool { error.code == "42P01" }

    package var distinguishesCase: Bool { true }
    package var addsConstraints: Bool { true }
    package var countsInPrimaryKeysOnly: Bool { false }
    /// https://www.postgresql.org/docs/current/limits.html
    package var mostColumns: Int { 1_600 }

    /// A server that was lost keeps the database.
    package func isGone(_ connection: any Connection) -> Bool { false }

    package func requireRoomForTables(on connection: any Connection) throws {
        try connection.requireSchema()
        let row = try connection.query(
            """
            SELECT pg_is_in_recovery(), has_schema_privilege(current_schema(), 'CREATE'), current_schema(), current_user::text
            """
        ).first
        guard let row else { return }
        guard row[0].boolean != true else {
            throw DatabaseError(
                .permission, "the target's server is a standby, which only follows another one",
                remedy: "name the primary server")
        }
        guard row[1].boolean == true else {
            let (schema, role) = (SQLText.identifier(row[2].text ?? ""), SQLText.identifier(row[3].text ?? ""))
            throw DatabaseError(
                .permission, "the role \(role) may not create tables in the schema \(schema)",
                remedy: "have the schema's owner GRANT CREATE ON SCHEMA \(schema) TO \(role)")
        }
    }

    package func adoptPages(of source: any Connection, on connection: any Connection) throws {}

    package func adoptEncoding(of source: any Connection, on connection: any Connection) throws {}

    /// Values are converted by the server, and `convert_to` names the encoding of the bytes that it returns.
    package func remark(onEncodingOf source: any Connection, on connection: any Connection) throws -> String? { nil }

    package func existingObjects(on connection: any Connection) throws -> [String] {
        try connection.requireSchema()
        // A partitioned table depends on its own columns.
        return try connection.query(
            """
            SELECT c.relname FROM pg_class c
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND \(PostgreSQLCatalogScope.whole.relations)
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                              AND d.refobjid <> c.oid AND d.deptype IN ('i', 'a'))
            ORDER BY c.relname
            """
        ).compactMap { $0[0].text }
    }

    package func remark(onOrderIn table: Table) -> String? { nil }

    package func remark(onNumbersIn tables: [Table]) -> String? { nil }

    package func unmakeable(in copy: SameEngineCopy) throws -> [Omission] { [] }

    package func judge(of types: [ColumnType]) -> any ValueJudge { PostgreSQLJudge(types) }

    package var duplicatesTable: DuplicatesTable {
        DuplicatesTable(
            place: "ctid",
            creation:
                "CREATE TEMPORARY TABLE tc_duplicates (number bigint PRIMARY KEY, place tid, first tid) ON COMMIT DROP",
            name: "pg_temp.tc_duplicates")
    }

    package func countsDown(_ column: String, of table: String, on connection: any Connection) throws -> Bool {
        let sequence = Self.sequence(of: column, in: table)
        return try connection.queryValue(
            "SELECT seqincrement < 0 FROM pg_sequence WHERE seqrelid = \(trusted: sequence)::regclass")?.boolean == true
    }

    /// Returns the expression of the name, in SQL, of a column's own sequence. Of several sequences that a column owns, it is the one from
    /// which the column takes its numbers, while pg_get_serial_sequence returns any of them.
    private static func sequence(of column: String, in table: String) -> String {
        """
        (SELECT d.objid::regclass::text
        FROM pg_depend d JOIN pg_sequence q ON q.seqrelid = d.objid
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            LEFT JOIN pg_attrdef f ON f.adrelid = d.refobjid AND f.adnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
            AND d.refobjid = \(SQLText.literal(SQLText.identifier(table)))::regclass
            AND a.attname = \(SQLText.literal(column))
        ORDER BY \(PostgreSQLNumbering.condition("d", default: "f")) DESC, d.objid LIMIT 1)
        """
    }

    package func hasCounted(
        _ column: String, of table: String, past number: Int64, on connection: any Connection
    ) throws -> Bool {
        let sequence = Self.sequence(of: column, in: table)
        // The name comes quoted, and with its schema.
        guard let name = try connection.queryValue("SELECT \(trusted: sequence)")?.text else { return false }
        return try connection.queryValue(
            """
            SELECT CASE WHEN p.seqincrement > 0 THEN s.last_value > \(number) ELSE s.last_value < \(number) END
                OR s.last_value = \(number) AND s.is_called
            FROM \(trusted: name) s, pg_sequence p WHERE p.seqrelid = \(trusted: SQLText.literal(name))::regclass
            """)?.boolean == true
    }

    package func largestCount(of type: ColumnType) -> Int64 { type.largestCount ?? .max }

    package func isAtItsEnd(_ column: String, of table: String, on connection: any Connection) throws -> Bool {
        let sequence = Self.sequence(of: column, in: table)
        guard let name = try connection.queryValue("SELECT \(trusted: sequence)")?.text else { return false }
        return try connection.queryValue(
            """
            SELECT s.is_called AND NOT p.seqcycle
                AND s.last_value + p.seqincrement::numeric NOT BETWEEN p.seqmin AND p.seqmax
            FROM \(trusted: name) s, pg_sequence p WHERE p.seqrelid = \(trusted: SQLText.literal(name))::regclass
            """)?.boolean == true
    }

    package func setSequence(of column: String, in table: String, past number: Int64, on connection: any Connection)
        throws
    {
        let sequence = Self.sequence(of: column, in: table)
        // The sequence ends where its type does. There the next number must fail, so setval goes as far as it can. A sequence
        // that counts down begins below zero. One that counts in steps, and has issued nothing, begins with its first number, not a step
        // behind the number before that.
        _ = try connection.queryValue(
            """
            SELECT CASE WHEN s.seqincrement > 1 AND s.seqstart - 1 = \(number) THEN setval(s.seqrelid, s.seqstart, false)
                ELSE setval(
                    s.seqrelid, least(greatest(\(number), s.seqmin), s.seqmax),
                    \(number) >= s.seqmin AND (s.seqincrement > 0 OR \(number) <= s.seqmax)) END
            FROM pg_sequence s
            WHERE s.seqrelid = \(trusted: sequence)::regclass
            """)
    }

    package var takesTablesWithoutColumns: Bool { true }
    package var takesManyWriters: Bool { true }

    /// Sets the session up for loading. A commit that is lost with the server is loaded again, so none is waited for. Memory lets
    /// the sort for an index take a single pass. The sessions of a transfer already keep the server busy side by side: compiled
    /// queries and parallel workers cost more than they gain, except for the largest tables and for a table that holds nearly all
    /// rows (`sharingWork`).
    package func prepareForLoading(_ connection: any Connection, isSameEngine: Bool) throws(DatabaseError) {
        try connection.executeScript(
            """
            SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET jit = off;
            SET min_parallel_table_scan_size = '512MB'; SET min_parallel_index_scan_size = '512MB'
            """)
    }

    /// Makes the last commit wait for the disk. The log is written in order, so this commit brings all earlier ones to the disk.
    package func finishLoading(_ connection: any Connection) throws(DatabaseError) {
        try connection.executeScript("SET synchronous_commit = on")
    }

    /// Returns the TRUNCATE that COPY FREEZE requires in the same transaction. COPY FREEZE saves the next reader from marking
    /// every row as visible. With `wal_level = minimal`, the table is not logged either
    /// (https://www.postgresql.org/docs/current/populate.html, 14.4.7).
    package func truncationBeforeFreeze(_ table: String) -> String? { "TRUNCATE ONLY \(SQLText.identifier(table))" }

    /// The settings that give parallel workers back to the tables and indexes that the server itself counts as large, as before
    /// `prepareForLoading`.
    package var sharingWork: String? {
        "SET LOCAL min_parallel_table_scan_size TO DEFAULT; SET LOCAL min_parallel_index_scan_size TO DEFAULT"
    }

    package func validate(_ key: String, of table: String) -> String {
        "ALTER TABLE \(SQLText.identifier(table)) VALIDATE CONSTRAINT \(SQLText.identifier(key))"
    }

    /// Returns the statement of an index over all columns together
    /// (https://www.postgresql.org/docs/current/textsearch-tables.html, 12.2.2). `simple` folds case and keeps every word, as
    /// SQLite's unicode61 does. `english` comes close to SQLite's porter.
    package func fullTextIndex(_ name: String, on table: String, columns: [String], stems: Bool) -> String? {
        let texts = columns.map { "coalesce(\(SQLText.identifier($0))::text, '')" }.joined(separator: " || ' ' || ")
        return "CREATE INDEX \(SQLText.identifier(name)) ON \(SQLText.identifier(table)) USING gin "
            + "(to_tsvector('\(stems ? "english" : "simple")', \(texts)))"
    }

    package func rebuildFullText(over tables: [String], on connection: any Connection) throws {}

    package func addCheck(_ check: Check, to table: Table) throws(LoweringError) -> String {
        "ALTER TABLE \(SQLText.identifier(table.name)) ADD \(try DDL.define(check, of: table, in: self))"
    }

    package func addTogether(_ checks: [String], to table: String) -> String? {
        let start = "ALTER TABLE \(SQLText.identifier(table)) "
        guard checks.count > 1, checks.allSatisfy({ $0.hasPrefix(start) }) else { return nil }
        return start + checks.map { $0.dropFirst(start.count) }.joined(separator: ", ")
    }

    package func addUnvalidated(_ key: ForeignKey, to table: String) throws(LoweringError) -> String {
        "ALTER TABLE \(SQLText.identifier(table)) ADD \(DDL.define(key)) NOT VALID"
    }

    /// Divides a table by the pages in which its rows lie. Servers before version 14 would read all pages to find the rows of
    /// some (https://www.postgresql.org/docs/release/14.0/: "range scans on TIDs").
    package func slices(of table: String, into count: Int, on connection: any Connection) throws -> [String] {
        let name = SQLText.literal(SQLText.identifier(table))
        let found = try connection.query(
            """
            SELECT current_setting('server_version_num')::bigint,
            pg_relation_size(\(trusted: name)::regclass) / current_setting('block_size')::bigint
            """
        ).first
        guard let found, let version = found[0].integer, let pages = found[1].integer, version >= 140_000,
            count > 1, pages >= count
        else { return [] }
        return (0..<Int64(count)).map { number in
            func page(_ number: Int64) -> String { "'(\(pages * number / Int64(count)),0)'" }
            let start = number > 0 ? ["ctid >= \(page(number))"] : []
            let end = number < count - 1 ? ["ctid < \(page(number + 1))"] : []
            return (start + end).joined(separator: " AND ")
        }
    }

    package func dropTrigger(_ name: String, on table: String) -> String {
        "DROP TRIGGER \(SQLText.identifier(name)) ON \(SQLText.identifier(table))"
    }

    package func analyze(_ table: String) -> String { "ANALYZE \(SQLText.identifier(table))" }
    package func hasStatistics(on _: any Connection) throws -> Bool { true }

    package func analyze(all tables: [String]) -> [String] { tables.map(analyze) }
}

/// A judge that encodes values to see whether they fit, and throws the bytes away.
private final class PostgreSQLJudge: ValueJudge {
    private let encodings: [PostgreSQLEncoding]
    private var buffer = OutputBuffer(capacity: 1_024)

    init(_ types: [ColumnType]) { encodings = types.map(PostgreSQLEncoding.init) }

    func refusal(of value: RawValue, column: Int) -> String? {
        buffer.truncate(to: 0)
        return buffer.append(field: value, as: encodings[column]) ? nil : encodings[column].refusal(of: value)
    }
}
