/// A reader of every index in the current schema that exists for its own sake and not for a constraint (PostgreSQL's manual,
/// section 53.26).
struct PostgreSQLIndexReader {
    struct Index {
        var table: String
        var index: Dialects.Index
        /// The statement that makes the index again.
        var definition: String
        /// Why a schema value can't express the index; `nil` if it can.
        var objection: Objection?
        /// Whether the index without what is objected to holds the same keys.
        var hasPlainForm: Bool
        var isValid = true
        /// All columns that the index needs: those of its key, its expressions and its condition, and those beside the key.
        var columns: [String] = []
    }

    struct Objection {
        var reason: String
        /// Whether an index without it holds the same keys.
        var leavesKeys = false

        init(_ reason: String, leavesKeys: Bool = false) { (self.reason, self.leavesKeys) = (reason, leavesKeys) }
    }

    private(set) var indexes: [Index] = []
    private let expressions: [String: PostgreSQLExpression]

    /// Reads the indexes. The columns are those of the same schema.
    init(
        _ connection: any Connection, _ columns: [PostgreSQLColumnReader.Column],
        _ scope: PostgreSQLCatalogScope = .whole
    ) throws(DatabaseError) {
        expressions = Dictionary(grouping: columns, by: \.table).mapValues { PostgreSQLExpression($0.map(\.column)) }
        let rows = try connection.query(
            """
            SELECT c.relname, i.relname, x.indisunique, x.indisvalid, am.amname,
                pg_get_expr(x.indpred, x.indrelid, true), CASE k.at WHEN 1 THEN pg_get_indexdef(x.indexrelid, 0, true) END,
                x.indnkeyatts < x.indnatts, a.attname,
                CASE WHEN a.attname IS NULL THEN pg_get_indexdef(x.indexrelid, k.at, true) END,
                x.indoption[k.at - 1], co.collname, oc.opcdefault,
                oc.opcname, (to_jsonb(x) ->> 'indnullsnotdistinct')::boolean,
                co.collisdeterministic,
                (SELECT string_agg(n.attname, E'\\n') FROM pg_depend d
                    JOIN pg_attribute n ON n.attrelid = d.refobjid AND n.attnum = d.refobjsubid AND n.attnum > 0
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = i.oid
                        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)
            FROM pg_class c
                JOIN pg_index x ON x.indrelid = c.oid
                JOIN pg_class i ON i.oid = x.indexrelid
                JOIN pg_am am ON am.oid = i.relam
                -- Of a series the planner expects a thousand rows, and reads whole catalogs for them.
                CROSS JOIN LATERAL (
                    SELECT p.at::int FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS p(number, at)
                    WHERE p.at <= x.indnkeyatts
                ) AS k
                JOIN pg_opclass oc ON oc.oid = x.indclass[k.at - 1]
                LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[k.at - 1]
                LEFT JOIN pg_collation co ON co.oid = x.indcollation[k.at - 1] AND co.collname <> 'default'
                    AND co.oid IS DISTINCT FROM a.attcollation
            WHERE \(scope.tables) AND NOT EXISTS (
                SELECT FROM pg_constraint n
                WHERE n.conrelid = c.oid AND n.conindid = i.oid AND n.contype IN ('p', 'u', 'x'))
            ORDER BY c.relname, i.relname, k.at
            """)
        for row in rows { add(row) }
    }

    /// Adds a row, which holds one part of an index. The rows of an index follow each other.
    private mutating func add(_ row: Row) {
        let table = row[0].text ?? ""
        let name = row[1].text ?? ""
        if indexes.last?.table != table || indexes.last?.index.name != name {
            var index = Dialects.Index(name: name, parts: [])
            index.isUnique = row[2].boolean ?? false
            index.condition = row[5].text.map { expression($0, on: table) }
            let objection = Self.objection(toIndex: row)
            indexes.append(
                Index(
                    table: table, index: index, definition: row[6].text ?? "", objection: objection,
                    hasPlainForm: objection?.leavesKeys ?? true, isValid: row[3].boolean ?? true,
                    columns: row[16].text?.split(separator: "\n").map(String.init) ?? []))
        }
        let at = indexes.count - 1
        indexes[at].index.parts.append(part(row, on: table))
        guard let objection = Self.objection(toPart: row) else { return }
        indexes[at].objection = indexes[at].objection ?? objection
        indexes[at].hasPlainForm = indexes[at].hasPlainForm && objection.leavesKeys
    }

    private func expression(_ text: String, on table: String) -> SQLExpression {
        (expressions[table] ?? PostgreSQLExpression([])).read(text)
    }

    private func part(_ row: Row, on table: String) -> Dialects.Index.Part {
        let key: Dialects.Index.Part.Key =
            row[8].text.map { .column($0) } ?? .expression(expression(row[9].text ?? "", on: table))
        let isDescending = (row[10].integer ?? 0) & 1 == 1
        return .init(key, descending: isDescending, collation: row[11].text.map(PostgreSQLColumnReader.collation))
    }

    private static func objection(toIndex row: Row) -> Objection? {
        if row[3].boolean == false { return .init("is INVALID: the CREATE INDEX CONCURRENTLY that made it failed") }
        let method = row[4].text ?? ""
        if method != "btree" {
            // So does a transfer make the full-text tables of a SQLite file.
            let areWords = row[6].text?.contains("to_tsvector(") == true
            return .init(
                areWords
                    ? "is a \(method) index over words, for full-text search, which a schema can't declare: a SQLite file has an FTS5 table for it"
                    : "is a \(method) index, which a schema can't declare")
        }
        // The unique index of a schema value allows any number of NULLs, so it would be a different index.
        if row[14].boolean == true { return .init("is NULLS NOT DISTINCT, which a schema can't declare") }
        if row[7].boolean == true {
            return .init("holds columns beside its key (INCLUDE), which a schema can't declare", leavesKeys: true)
        }
        return nil
    }

    /// Returns why a schema value can't express a part of an index. By default nulls stand last in an ascending index and first
    /// in a descending one. In the options, bit 1 is `NULLS FIRST` and bit 0 is `DESC`.
    private static func objection(toPart row: Row) -> Objection? {
        let options = row[10].integer ?? 0
        if options == 1 || options == 2 {
            return .init("sets the position of NULLs, which a schema can't declare", leavesKeys: true)
        }
        if row[15].boolean == false {
            return .init(
                "compares by the collation \(row[11].text ?? ""), which treats some different texts as equal and can't be declared in a schema"
            )
        }
        if row[12].boolean == false {
            // These classes differ from the default ones in the order alone (https://www.postgresql.org/docs/current/indexes-opclass.html).
            let name = row[13].text ?? ""
            return .init(
                "uses the operator class \(name), which a schema can't declare",
                leavesKeys: name.hasSuffix("_pattern_ops"))
        }
        return nil
    }
}
