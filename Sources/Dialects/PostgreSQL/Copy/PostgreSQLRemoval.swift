// Removing everything that somebody has made in a schema.

extension PostgreSQLDialect {
    /// Views and materialized views may read each other, so they go in turns. `CREATE OR REPLACE` may tie views into a circle, and foreign
    /// keys tables, so those of one turn go together. A default may ask a sequence, so sequences come last.
    package func removal(of objects: [String], on connection: any Connection) throws -> [String] {
        let wanted = Set(objects)
        var turns: [(word: String, views: [String])] = []
        var others: [PostgreSQLRelationKind: [String]] = [:]
        for row in try connection.query(Self.relationsByReading) {
            guard let name = row[0].text, wanted.contains(name),
                let kind = row[1].text.flatMap(PostgreSQLRelationKind.init(rawValue:))
            else { continue }
            switch kind {
            case .view, .materializedView:
                if turns.last?.word == kind.words {
                    turns[turns.count - 1].views.append(name)
                } else {
                    turns.append((kind.words, [name]))
                }
            case .table, .partitionedTable: others[.table, default: []].append(name)
            case .foreignTable, .sequence: others[kind, default: []].append(name)
            }
        }
        let rest = [PostgreSQLRelationKind.foreignTable, .table, .sequence].compactMap { kind in
            others[kind].map { "DROP \(kind.words) \(SQLText.identifiers($0))" }
        }
        return turns.map { "DROP \($0.word) \(SQLText.identifiers($0.views))" } + rest
    }

    /// Lists the relations with their kinds, what reads others before these: it reads all that they read, and
    /// itself. Views in a circle, which anybody in the schema may have made, read equally many, and so come side by side.
    private static let relationsByReading: SQL = """
        WITH RECURSIVE reading (oid, reader) AS (
            SELECT c.oid, c.oid FROM pg_class c WHERE \(PostgreSQLCatalogScope.whole.relations)
            UNION
            SELECT r.oid, w.ev_class FROM reading r
                JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = r.reader
                    AND d.classid = 'pg_rewrite'::regclass
                JOIN pg_rewrite w ON w.oid = d.objid AND w.ev_type = '1'
        )
        SELECT c.relname, c.relkind::text FROM reading r JOIN pg_class c ON c.oid = r.reader
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
            AND c.relnamespace = \(trusted: PostgreSQLCatalogScope.schema)
        GROUP BY c.relname, c.relkind ORDER BY count(*) DESC, c.relkind DESC, c.relname
        """
}
