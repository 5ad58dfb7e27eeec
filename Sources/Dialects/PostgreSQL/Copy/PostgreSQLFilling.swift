// Filling existing tables.

extension PostgreSQLDialect {
    /// Locks tables against writers, partitioned ones with their partitions, others without the tables that inherit from them. Readers go
    /// on until a foreign key, trigger or rule is set aside.
    package func lock(_ tables: [String], on connection: any Connection) throws {
        guard !tables.isEmpty else { return }
        // ONLY holds for one table of the list.
        let names = try tables.map { try ownRows(of: $0, on: connection) }.joined(separator: ", ")
        try connection.execute("LOCK TABLE \(trusted: names) IN SHARE ROW EXCLUSIVE MODE")
    }

    /// Returns the name behind ONLY, or alone if the table is partitioned: the rows of its partitions are its own.
    package func ownRows(of table: String, on connection: any Connection) throws -> String {
        let name = SQLText.identifier(table)
        let isPartitioned = try connection.queryValue(
            "SELECT relkind = 'p' FROM pg_class WHERE oid = \(trusted: SQLText.literal(name))::regclass")?.boolean
        return isPartitioned == true ? name : "ONLY \(name)"
    }

    package func partitions(of tables: [String], on connection: any Connection) throws -> [String] {
        guard !tables.isEmpty else { return [] }
        return try connection.query(
            """
            SELECT c.relname FROM unnest(\(trusted: Self.relations(tables))) AS t, pg_partition_tree(t) p
                JOIN pg_class c ON c.oid = p.relid
            WHERE p.level > 0 AND c.relnamespace = \(trusted: PostgreSQLCatalogScope.schema)
            """
        ).compactMap { $0[0].text }
    }

    /// Returns these tables as an array of the server's.
    private static func relations(_ tables: [String]) -> String {
        "ARRAY[\(tables.map { SQLText.literal(SQLText.identifier($0)) }.joined(separator: ", "))]::regclass[]"
    }

    package func foreignKeys(
        touching tables: [String], on connection: any Connection
    ) throws -> [RemovableConstraint] {
        guard !tables.isEmpty else { return [] }
        return try connection.query(
            """
            WITH filled AS (
                SELECT t.oid FROM unnest(\(trusted: Self.relations(tables))) AS t (oid)
                UNION SELECT p.relid FROM unnest(\(trusted: Self.relations(tables))) AS t (oid), pg_partition_tree(t.oid) p)
            SELECT c.relname, k.conname, k.convalidated, k.conrelid::regclass::text, pg_get_constraintdef(k.oid),
                obj_description(k.oid, 'pg_constraint'), c.relkind = 'p'
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            WHERE k.contype = 'f' AND k.conparentid = 0
                AND (k.conrelid IN (SELECT oid FROM filled) OR k.confrelid IN (SELECT oid FROM filled))
            ORDER BY c.relname, k.conname
            """
        ).map { row in
            let (isValid, table) = (row[2].boolean == true, row[3].text ?? "")
            let name = SQLText.identifier(row[1].text ?? "")
            // Before version 18 a partitioned table takes no constraint that is NOT VALID
            // (https://www.postgresql.org/docs/15/sql-altertable.html, "ADD table_constraint [ NOT VALID ]").
            let isWhole = row[6].boolean == true
            // The server itself writes NOT VALID behind a constraint that is not valid.
            let definition = (row[4].text ?? "") + (isValid && !isWhole ? " NOT VALID" : "")
            let comment = row[5].text.map {
                "COMMENT ON CONSTRAINT \(name) ON \(table) IS \(SQLText.literal($0))"
            }
            return RemovableConstraint(
                table: row[0].text ?? "", name: row[1].text ?? "", isValid: isValid,
                drop: "ALTER TABLE \(table) DROP CONSTRAINT \(name)",
                restore: ["ALTER TABLE \(table) ADD CONSTRAINT \(name) \(definition)"] + [comment].compactMap { $0 },
                validate: isWhole ? nil : "ALTER TABLE \(table) VALIDATE CONSTRAINT \(name)")
        }
    }

    package func checkDeferred(on connection: any Connection) throws {
        try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    }

    /// Returns the rules of the tables themselves, since a statement on a table is not rewritten by the rules of its partitions, and all
    /// triggers of partitions in other schemas. What is switched off and on keeps its comment and whatever depends on it.
    package func reactions(of tables: [String], on connection: any Connection) throws -> [Reaction] {
        guard !tables.isEmpty else { return [] }
        return try connection.query(
            """
            SELECT w.ev_class::regclass::text, 'RULE', w.rulename, w.ev_enabled::text
            FROM pg_rewrite w
            WHERE w.ev_class = ANY (\(trusted: Self.relations(tables))) AND w.ev_type <> '1' AND w.ev_enabled <> 'D'
            UNION
            SELECT c.oid::regclass::text, 'TRIGGER', t.tgname, t.tgenabled::text
            FROM unnest(\(trusted: Self.relations(tables))) AS r, pg_partition_tree(r) p
                JOIN pg_class c ON c.oid = p.relid JOIN pg_trigger t ON t.tgrelid = c.oid
            WHERE p.level > 0 AND c.relnamespace <> \(trusted: PostgreSQLCatalogScope.schema)
                AND NOT t.tgisinternal AND t.tgenabled <> 'D'
            ORDER BY 1, 2, 3
            """
        ).map { row in
            let (table, kind, name) = (row[0].text ?? "", row[1].text ?? "", SQLText.identifier(row[2].text ?? ""))
            let states = ["R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"]
            let state = row[3].text.flatMap { states[$0] } ?? "ENABLE"
            return Reaction(
                disable: "ALTER TABLE ONLY \(table) DISABLE \(kind) \(name)",
                enable: "ALTER TABLE ONLY \(table) \(state) \(kind) \(name)")
        }
    }

    package func triggers(of tables: [String], on connection: any Connection) throws -> [UndeclaredObjects.Object] {
        let tables = Set(tables)
        return try PostgreSQLInspector.triggers(connection, .whole).filter { tables.contains($0.owner) }
    }

    package func otherKeys(of table: String, on connection: any Connection) throws -> [String] {
        try connection.query(
            """
            SELECT c.relname::text FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
            WHERE x.indrelid = ANY (\(trusted: Self.relations([table]))) AND (x.indisexclusion OR x.indisunique AND (
                x.indexprs IS NOT NULL OR x.indpred IS NOT NULL OR (to_jsonb(x) ->> 'indnullsnotdistinct')::boolean))
            ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }

    package func obstacle(
        toWriting columns: [String], into table: String, on connection: any Connection
    ) throws -> Omission? { nil }

    package func writtenColumns(on connection: any Connection) throws -> [String: [String: WrittenColumn]] {
        let types = try PostgreSQLTypeReader(connection)
        var written: [String: [String: WrittenColumn]] = [:]
        for column in try PostgreSQLColumnReader(connection).columns {
            let name = column.column.name
            guard let type = types.type(of: name, in: column.table) else { continue }
            written[column.table, default: [:]][name] = PostgreSQLEnforcedType.written(type)
        }
        return written
    }
}

extension PostgreSQLEnforcedType {
    /// Returns how values of a type are written. A domain is received as its base type, and an enumeration as the text of its labels. So is
    /// citext, also under a domain.
    static func written(_ type: Description) -> WrittenColumn {
        if type.kind == .enumeration || type.base == "citext" {
            return WrittenColumn(type: .text, labels: type.labels)
        }
        return WrittenColumn(type: PostgreSQLTypeName(type.base).columnType)
    }
}
