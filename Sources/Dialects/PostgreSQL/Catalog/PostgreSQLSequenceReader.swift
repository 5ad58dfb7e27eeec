/// A reader of the sequences of the current schema, except those of identity columns, and of serial ones that can be such.
struct PostgreSQLSequenceReader {
    struct Sequence {
        var name: String
        /// The column that owns it; `nil` for a sequence of nobody's.
        var owner: Owner?
        /// Whether the owner takes its numbers from it.
        var isOfOwner: Bool
        /// Its options, each of them, as `CREATE SEQUENCE` takes them.
        var options: String
        /// How far it has counted; `nil` if the role may not read that.
        var position: Position?
    }

    struct Owner {
        var table: String
        var column: String
        /// Whether the table is one that a schema value can describe, and no partition for example.
        var isInTable: Bool
    }

    struct Position {
        var number: Int64
        /// Whether the number was issued, so that the one behind it comes next.
        var isIssued: Bool
    }

    private(set) var sequences: [Sequence] = []

    /// Reads them; `columns` are those of all tables.
    init(_ connection: any Connection, beside columns: [PostgreSQLColumnReader.Column]) throws(DatabaseError) {
        let identities = Set(columns.filter(\.canBeIdentity).compactMap(\.sequence))
        var fresh: [(at: Int, sequence: String)] = []
        for row in try connection.query(Self.query) {
            guard let name = row[0].text, !identities.contains(name) else { continue }
            var sequence = Sequence(
                name: name, isOfOwner: row[5].boolean == true, options: row[6].text ?? "",
                position: row[7].integer.map { Position(number: $0, isIssued: true) })
            if let table = row[2].text, let column = row[3].text {
                sequence.owner = Owner(table: table, column: column, isInTable: row[4].boolean == true)
            }
            // The numbers of a partition's own are part of it.
            if sequence.isOfOwner, sequence.owner?.isInTable != true { continue }
            if sequence.position == nil, let readable = row[1].text { fresh.append((sequences.count, readable)) }
            sequences.append(sequence)
        }
        for (at, number) in try PostgreSQLInspector.firstNumbers(of: fresh.map(\.sequence), connection) {
            sequences[fresh[at].at].position = Position(number: number, isIssued: false)
        }
    }

    /// What a database without sequences does not get.
    var omissions: [Omission] {
        sequences.filter { !$0.isOfOwner }.map { sequence in
            guard let owner = sequence.owner else {
                return Omission(.other, sequence.name, reason: "is a sequence that belongs to no column")
            }
            return Omission(
                .other, sequence.name,
                reason: "is a sequence that belongs to \(owner.table).\(owner.column), which takes no numbers from it",
                of: owner.table)
        }
    }

    private static let query: SQL = """
        SELECT c.relname, CASE WHEN has_sequence_privilege(c.oid, 'SELECT') THEN c.oid::regclass::text END,
            t.relname, a.attname, t.relkind IN ('r', 'p') AND NOT t.relispartition, o.is_of_owner,
            format('AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s', format_type(s.seqtypid, NULL),
                s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache) || CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END,
            CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid) END
        FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
            LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_class t ON t.oid = d.refobjid
            LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            LEFT JOIN pg_attrdef f ON f.adrelid = d.refobjid AND f.adnum = d.refobjsubid
            CROSS JOIN LATERAL (
                SELECT \(trusted: PostgreSQLNumbering.condition("d", default: "f")) AS is_of_owner) o
        WHERE \(PostgreSQLCatalogScope.whole.relations)
        ORDER BY c.relname
        """
}
