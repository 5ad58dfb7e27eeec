// Sequences that are no identity column's. A program asks them for its next key, or a default or a trigger does (the manual, 9.17). The
// sequence of a serial column is one of them: another column's default may ask it too.

extension PostgreSQLDialect {
    /// Makes the free sequences continue after the largest key of the filled tables, or after the smallest one if they count down: those
    /// that a default of a column asks, those that a column owns, those that are called `table_column_seq`, as Doctrine's are, and those
    /// that are called `table_seq`, as Hibernate's are, of a table whose only key column is one of integers that nothing else numbers. A
    /// name that suits several columns makes the sequence continue after the numbers of all.
    ///
    /// - Returns: A remark on the other free sequences, and one on each that ends too early or that this role may not change: the reason,
    ///   and the statement that sets it.
    package func continueFreeSequences(of tables: [String], on connection: any Connection) throws -> [String] {
        let filled = Set(tables)
        var unused: [FreeSequence] = []
        var unset: [UnsetSequence] = []
        for row in try connection.query(SQL(trusted: Self.freeSequences)) {
            guard let name = row[0].text else { continue }
            let sequence = FreeSequence(name: name, isDescending: row[4].boolean == true)
            guard let table = row[1].text, let column = row[2].text else {
                unused.append(sequence)
                continue
            }
            guard filled.contains(table) else { continue }
            let place = "\(table).\(column)"
            if row[3].boolean == true {
                guard let last = try continued(sequence, after: column, of: table, on: connection) else { continue }
                unset.append(UnsetSequence(sequence: sequence, reason: .tooShort(place, last: last)))
            } else {
                let found = try connection.queryValue(
                    "SELECT \(trusted: sequence.aggregate)(\(identifier: column))::bigint FROM \(identifier: table)")
                guard let last = found?.integer else { continue }
                unset.append(UnsetSequence(sequence: sequence, reason: .forbidden(place, last: last)))
            }
        }
        return [UnsetSequence.remark(onUnused: unused)].compactMap { $0 } + UnsetSequence.remarks(on: unset)
    }

    /// Makes a sequence continue after a column's last number in its direction; one that is past it stays where it is.
    ///
    /// - Returns: The last number, if the sequence ends before it and so numbers something else; otherwise `nil`.
    private func continued(
        _ sequence: FreeSequence, after column: String, of table: String, on connection: any Connection
    ) throws -> Int64? {
        let name = SQLText.identifier(sequence.name)
        let (beyond, end): (SQL, SQL) = sequence.isDescending ? ("<", "p.seqmin") : (">", "p.seqmax")
        let row = try connection.query(
            """
            SELECT CASE WHEN q.last \(beyond) \(end) THEN true
                WHEN q.last \(beyond) s.last_value OR q.last = s.last_value AND NOT s.is_called
                THEN setval(\(name)::regclass, q.last) IS NULL
                ELSE false END, q.last::bigint
            FROM \(trusted: name) s,
                (SELECT \(trusted: sequence.aggregate)(\(identifier: column)) AS last FROM \(identifier: table)) q,
                pg_catalog.pg_sequence p
            WHERE p.seqrelid = \(name)::regclass
            """
        ).first
        return row?[0].boolean == true ? row?[1].integer : nil
    }

    /// Lists the sequences that are no identity column's, each with the columns of whole numbers that may use it, whether this role may read
    /// and set it, and whether it counts down. One that a column owns is not listed without such a column.
    private static let freeSequences = """
        WITH free AS (
            SELECT c.oid, c.relname::text AS name, s.seqincrement < 0 AS counts_down, EXISTS (
                SELECT FROM pg_catalog.pg_depend p
                WHERE p.classid = 'pg_catalog.pg_class'::regclass AND p.objid = c.oid AND p.deptype = 'a') AS is_owned,
                EXISTS (
                    SELECT FROM pg_catalog.pg_depend p
                    WHERE p.classid = 'pg_catalog.pg_attrdef'::regclass
                        AND p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = c.oid) AS is_in_default
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
            WHERE c.relnamespace = \(PostgreSQLCatalogScope.schema) AND NOT EXISTS (
                SELECT 1 FROM pg_catalog.pg_depend p
                WHERE p.classid = 'pg_catalog.pg_class'::regclass AND p.objid = c.oid AND p.deptype IN ('i', 'e'))
        ), used AS (
            SELECT t.oid AS relation, t.relname::text AS tab, a.attname::text AS col, a.attnum,
                a.attidentity <> '' OR a.atthasdef AS has_default
            FROM pg_catalog.pg_class t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid
            WHERE t.relnamespace = \(PostgreSQLCatalogScope.schema) AND t.relkind IN ('r', 'p')
                AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN (20, 21, 23)
        ), asked AS (
            -- The name in a text is found when the default is computed, so nothing depends on it.
            SELECT f.oid, u.tab, u.col
            FROM pg_catalog.pg_attrdef d JOIN used u ON d.adrelid = u.relation AND d.adnum = u.attnum
                JOIN free f ON f.name = pg_catalog.substring(
                    \(PostgreSQLDefault.text(of: "d")), '^nextval[(]+''([^'']+)''::text')
            UNION
            -- A program or a trigger may ask for the numbers of a sequence that is OWNED BY a column.
            SELECT f.oid, u.tab, u.col
            FROM free f JOIN pg_catalog.pg_depend p ON p.classid = 'pg_catalog.pg_class'::regclass AND p.objid = f.oid AND p.deptype = 'a'
                JOIN used u ON p.refclassid = 'pg_catalog.pg_class'::regclass AND (u.relation, u.attnum) = (p.refobjid, p.refobjsubid)
            UNION
            SELECT f.oid, u.tab, u.col
            FROM free f JOIN pg_catalog.pg_depend p ON p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = f.oid
                    AND p.classid = 'pg_catalog.pg_attrdef'::regclass
                JOIN pg_catalog.pg_attrdef d ON d.oid = p.objid
                JOIN used u ON (u.relation, u.attnum) = (d.adrelid, d.adnum)
        ), known AS (
            SELECT oid, tab, col FROM asked
            UNION
            SELECT f.oid, u.tab, u.col FROM free f JOIN used u ON f.name = u.tab || '_' || u.col || '_seq'
            UNION
            -- A program that asks a sequence by the name of its table may write that in another case.
            SELECT f.oid, u.tab, u.col
            FROM free f JOIN used u ON pg_catalog.lower(f.name) = pg_catalog.lower(u.tab || '_seq') AND NOT u.has_default
                JOIN pg_catalog.pg_index i ON i.indrelid = u.relation AND i.indisprimary AND i.indnkeyatts = 1
                    AND i.indkey[0] = u.attnum
            WHERE NOT f.is_owned AND NOT f.is_in_default AND f.oid NOT IN (SELECT a.oid FROM asked a)
        )
        SELECT f.name, k.tab, k.col, has_sequence_privilege(f.oid, 'SELECT') AND has_sequence_privilege(f.oid, 'UPDATE'),
            f.counts_down
        FROM free f LEFT JOIN known k ON k.oid = f.oid
        WHERE k.oid IS NOT NULL OR NOT f.is_owned
        ORDER BY f.name, k.tab, k.col
        """
}

/// A sequence that is no identity column's.
private struct FreeSequence {
    let name: String
    let isDescending: Bool

    /// The function that finds the last of the numbers that the sequence has issued.
    var aggregate: String { isDescending ? "min" : "max" }
}

/// A sequence that belongs to no column, and stays as it is.
private struct UnsetSequence {
    /// Why it stays. `last` is the largest number in the column, or the smallest if the sequence counts down.
    enum Reason {
        case tooShort(_ column: String, last: Int64)
        case forbidden(_ column: String, last: Int64)
    }

    let sequence: FreeSequence
    let reason: Reason

    /// Returns the remark on the sequences that no column uses; `nil` if there are none. Only the application knows what they number, so the
    /// statement is a pattern, given once.
    static func remark(onUnused sequences: [FreeSequence]) -> String? {
        guard let first = sequences.first else { return nil }
        let names = sequences.map(\.name).joined(separator: ", ")
        let name = SQLText.literal(SQLText.identifier(first.name))
        let pattern = "SELECT setval(\(name), (SELECT \(first.aggregate)(column) FROM table))"
        let words =
            sequences.count == 1
            ? ("sequence \(first.name) is", "it", "it") : ("sequences \(names) are", "them", "each")
        return
            "the \(words.0) not set, because no column of the target uses \(words.1): if the application asks \(words.1) for keys, set "
            + "\(words.2) past the keys before it starts, as in \(pattern); the application's documentation or its own port script "
            + "names the columns"
    }

    /// Returns the remarks on the first ten sequences, and one that names the others.
    static func remarks(on unset: [UnsetSequence]) -> [String] {
        let others = unset.dropFirst(10).map(\.sequence.name).joined(separator: ", ")
        return unset.prefix(10).map(\.remark)
            + (others.isEmpty ? [] : ["these sequences are not set, either: \(others)"])
    }

    private var remark: String {
        let name = sequence.name
        let (quoted, literal) = (SQLText.identifier(name), SQLText.literal(SQLText.identifier(name)))
        switch reason {
        case .tooShort(let column, let last):
            let (word, limit) = sequence.isDescending ? ("lowest", "MINVALUE") : ("highest", "MAXVALUE")
            return
                "the sequence \(name) is not set, because it ends before the \(word) key of \(column): if it numbers that column, run "
                + "ALTER SEQUENCE \(quoted) AS bigint NO \(limit); SELECT setval(\(literal), \(last))"
        case .forbidden(let column, let last):
            return
                "the sequence \(name), which numbers \(column), is not set, because this role may not change it: have its owner run "
                + "SELECT setval(\(literal), \(last))"
        }
    }
}
