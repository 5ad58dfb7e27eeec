/// A reader of every column of every table in the current schema (PostgreSQL's manual, section 53.7).
struct PostgreSQLColumnReader {
    struct Column {
        var table: String
        var column: Dialects.Column
        var declaredType: String
        /// The expression of the column's default or computed value, as the server writes it.
        var expression: String?
        /// `a` for GENERATED ALWAYS AS IDENTITY, `d` for BY DEFAULT; empty for every other column, including a serial one.
        var identity = ""
        /// The sequence from which the column takes its numbers; `nil` for a column that the server does not number.
        var sequence: String?
        /// The options of this sequence, if they are not those of an identity column by default: `INCREMENT BY 5 …`.
        var counting: String?
        /// The sequence that numbers a serial column, in SQL; `nil` for every other column.
        var serialSequence: String?

        /// Whether it can be an identity column, which takes no NULL.
        var canBeIdentity: Bool { column.isIdentity && !column.isNullable }
    }

    private(set) var columns: [Column] = []
    private(set) var omitted: [Omission] = []
    private(set) var serials: [String: [String]] = [:]
    /// Why columns can't be read, by table and column: the role was granted others of the table (`GRANT SELECT (id)`).
    private(set) var unreadable: [String: [String: String]] = [:]

    init(_ connection: any Connection, _ scope: PostgreSQLCatalogScope = .whole) throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
                a.attgenerated::text, \(trusted: PostgreSQLDefault.text(of: "d")), co.collname,
                q.deptype IS NOT NULL AND q.deptype = 'a' AND b.type IN (20, 21, 23), q.counting,
                q.sequence,
                NOT has_table_privilege(c.oid, 'SELECT') AND has_any_column_privilege(c.oid, 'SELECT')
                    AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT'),
                q.name, q.options
            FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
                CROSS JOIN LATERAL (SELECT CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END AS type) b
                CROSS JOIN LATERAL (
                    SELECT CASE b.type WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END AS most) m
                LEFT JOIN LATERAL (
                    SELECT s.deptype, s.objid::regclass::text AS sequence, k.relname AS name,
                        CASE WHEN (n.seqincrement, n.seqmin, n.seqcycle) <> (1, 1, false) THEN format(
                        'INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s', n.seqincrement, n.seqmin, n.seqmax, n.seqstart)
                        || CASE WHEN n.seqcycle THEN ' CYCLE' ELSE '' END END AS counting,
                        -- The sequence of a serial column may go further than the column.
                        CASE WHEN (n.seqincrement, n.seqmin, n.seqmax >= m.most, n.seqstart, n.seqcache, n.seqcycle)
                            <> (1, 1, true, 1, 1, false) THEN format(
                        'INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s', n.seqincrement,
                        greatest(n.seqmin, -m.most - 1), least(n.seqmax, m.most), least(n.seqstart, m.most), n.seqcache)
                        || CASE WHEN n.seqcycle THEN ' CYCLE' ELSE '' END END AS options
                    FROM pg_depend s JOIN pg_sequence n ON n.seqrelid = s.objid JOIN pg_class k ON k.oid = s.objid
                    WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass
                        AND s.refobjid = c.oid AND s.refobjsubid = a.attnum AND s.deptype IN ('a', 'i')
                        AND \(trusted: PostgreSQLNumbering.condition("s", default: "d"))
                    ORDER BY s.objid LIMIT 1) q ON true
            WHERE \(scope.tables)
            ORDER BY c.relname, a.attnum
            """)
        for row in rows { add(row) }
    }

    private mutating func add(_ row: Row) {
        let table = row[0].text ?? ""
        let declaredType = row[2].text ?? ""
        var column = Dialects.Column(row[1].text ?? "", PostgreSQLTypeName(declaredType).columnType)
        column.isNullable = row[3].boolean == false
        column.collation = row[7].text.map(PostgreSQLColumnReader.collation)
        let identity = row[4].text ?? ""
        let isSerial = row[8].boolean == true
        column.isIdentity = !identity.isEmpty || isSerial
        if let text = row[6].text, !column.isIdentity {
            switch row[5].text {
            case "s", "v":
                let storage: Generated.Storage = row[5].text == "v" ? .virtual : .stored
                column.generated = Generated(.native(sqlite: "", postgresql: text), storage)
            default: column.default = PostgreSQLDefault.parse(text, for: column.type)
            }
        }
        columns.append(
            Column(
                table: table, column: column, declaredType: declaredType, expression: row[6].text,
                identity: row[4].text ?? "", sequence: column.isIdentity ? row[12].text : nil,
                counting: column.isIdentity ? row[13].text : nil,
                serialSequence: isSerial ? row[10].text : nil))
        if row[11].boolean == true {
            unreadable[table, default: [:]][column.name] = "the role has no privilege to SELECT it"
        }
        let name = "\(table).\(column.name)"
        if isSerial {
            if !column.isNullable { serials[table, default: []].append(column.name) }
        } else if identity == "a" {
            omitted.append(
                .init(
                    .other, name, reason: "is GENERATED ALWAYS: it is transferred as BY DEFAULT", of: table,
                    isDetail: true))
        }
        if column.isIdentity, let counting = row[9].text {
            omitted.append(
                .init(
                    .other, name,
                    reason: "counts by \(counting): the target continues from the last number in steps of one",
                    of: table, isDetail: true))
        }
    }

    /// Returns the collation of this name. The collation `C` compares by bytes.
    static func collation(_ name: String) -> Collation {
        name == "C" ? .binary : .native(sqlite: "", postgresql: name)
    }
}
