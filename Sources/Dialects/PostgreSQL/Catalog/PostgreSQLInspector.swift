/// Reads the current schema of a live PostgreSQL database into a schema value, with one query for each kind of object.
package enum PostgreSQLInspector {
    /// Returns everything in the schema that a schema value can express. The rest is listed with the reason. Throws
    /// `DatabaseError`, also if the search path names no schema that the role may use: that is no empty database.
    package static func inspect(_ connection: any Connection) throws -> Inspection {
        try connection.requireSchema()
        if connection.isInTransaction { return try read(connection) }
        return try connection.snapshot { try read(connection) }
    }

    /// Returns what PostgreSQL reads back right after `schema` was made in a scratch schema, which is removed afterwards.
    package static func inspectScratch(_ schema: Schema, beside connection: any Connection) throws -> Inspection {
        let construction = try PostgreSQLDialect().construct(schema)
        return try withScratch(beside: connection) { connection in
            for statement in construction.tables + construction.afterLoad.map(\.statement) {
                try connection.execute(SQL(trusted: statement))
            }
            return try read(connection)
        }
    }

    /// Runs `body` in a scratch schema, which is removed afterwards.
    static func withScratch<T>(beside connection: any Connection, _ body: (any Connection) throws -> T) throws -> T {
        try withRollback(connection) { isOurs in
            do throws(DatabaseError) {
                // The scratch schema is rolled back, so a session that may only read may make one too.
                if isOurs { try connection.execute("SET TRANSACTION READ WRITE") }
                try enterScratchSchema(connection)
            } catch {
                throw noScratchSchema(error)
            }
            return try body(connection)
        }
    }

    /// Returns an error that says why there can be no scratch schema, and what the scratch schema is for. A standby server
    /// accepts no writes at all (https://www.postgresql.org/docs/current/hot-standby.html).
    private static func noScratchSchema(_ error: DatabaseError) -> DatabaseError {
        guard error.kind == .permission || error.code == "0A000" else { return error }
        var refusal = error
        refusal.kind = .permission
        let purpose = "the migrations' schema has to be built in a temporary schema, and this"
        if error.code == "42501" {
            refusal.message = "\(purpose) role may not create one: \(error.message)"
            refusal.remedy = "GRANT CREATE ON DATABASE to the role, or connect with the role that migrates"
        } else {
            refusal.message = "\(purpose) server accepts no writes: \(error.message)"
            refusal.remedy = "connect to the primary server"
        }
        return refusal
    }

    /// Runs `body` and rolls its effects back, also inside a transaction that somebody else has begun.
    /// `body` is told whether the transaction is its own. Of two errors the first is thrown: an error while ending a broken
    /// transaction adds nothing.
    static func withRollback<T>(
        _ connection: any Connection, _ body: (_ isOurs: Bool) throws -> T
    ) throws -> T {
        let isOurs = !connection.isInTransaction
        if isOurs { try connection.begin() } else { try connection.execute("SAVEPOINT tc_scratch") }
        let result = Result { try body(isOurs) }
        let end = Result {
            guard !isOurs else { return try connection.rollback() }
            try connection.execute("ROLLBACK TO SAVEPOINT tc_scratch")
            try connection.execute("RELEASE SAVEPOINT tc_scratch")
        }
        let value = try result.get()
        try end.get()
        return value
    }

    /// The first letters of every scratch schema's name.
    static let scratchPrefix = "tc_scratch_"

    /// Makes a scratch schema and puts it first in the search path. The path that was in force stays behind it, so that types and
    /// functions are found, and written, as in the live schema.
    private static func enterScratchSchema(_ connection: any Connection) throws(DatabaseError) {
        let name = scratchPrefix + String(UInt64.random(in: .min ... .max), radix: 16)
        let path = try connection.queryValue("SELECT current_setting('search_path')")?.text ?? ""
        try connection.execute("CREATE SCHEMA \(identifier: name)")
        let wider = path.isEmpty ? SQLText.identifier(name) : "\(SQLText.identifier(name)), \(path)"
        _ = try connection.query("SELECT set_config('search_path', \(wider), true)")
    }

    private static func read(_ connection: any Connection) throws(DatabaseError) -> Inspection {
        var inspection = Inspection(schema: Schema())
        let columns = try PostgreSQLColumnReader(connection)
        var constraints = try PostgreSQLConstraintReader(connection)
        try constraints.readEnforcement(connection)
        let parts = TableParts(columns: columns, constraints: constraints.constraints)
        let indexes = try PostgreSQLIndexReader(connection, parts.columns.columns).indexes
        let views = try PostgreSQLViewReader(connection).views
        let tables = inspection.tables(named: try tableNames(connection), parts, indexes)
        inspection.schema = Schema(
            tables: tables, views: views.map { View($0.name, as: .native(sqlite: "", postgresql: $0.query)) })
        for view in views { inspection.viewsLeftBehind[view.name] = view.objection }
        let counters = try counters(connection)
        inspection.sequences = counters.compactMapValues { $0.values.max() }
        inspection.lastNumbers = counters
        inspection.options = try options(connection)
        inspection.domainDemands = try PostgreSQLDomainReader.read(connection)
        let others = try PostgreSQLOtherObjects.read(connection)
        let sequences = try PostgreSQLSequenceReader(connection, beside: parts.columns.columns)
        inspection.omitted += others
        inspection.omitted += try PostgreSQLOtherObjects.readCopied(connection)
        inspection.omitted += sequences.omissions
        inspection.definitions =
            try PostgreSQLDefinitions.read(connection)
            + indexes.filter { $0.objection != nil }.map {
                Definition("index \($0.index.name)", text: $0.definition, state: $0.isValid ? "valid" : "invalid")
            }
        inspection.tablesWithoutPlaces = try partitioned(connection)
        inspection.remarkOnOtherSchemas = try remarkOnOtherSchemas(connection)
        let types = try PostgreSQLTypeReader(connection)
        var copy = PostgreSQLSameEngineCopy(
            inspection.schema, types, inspection.domainDemands, try PostgreSQLOwnUses(connection))
        copy.add(sequences.sequences, beside: parts.columns.columns)
        copy.addTables(parts.columns.columns, counters)
        copy.add(parts.constraints)
        copy.addChecksOfDomains()
        copy.add(indexes)
        copy.add(views, reading: try PostgreSQLViewReader.changedColumns(connection))
        copy.finish(others)
        inspection.sameEngineCopy = copy.copy
        inspection.enforcedTypes = enforcedTypes(of: parts.columns.columns, types)
        return inspection
    }

    /// Returns the types as any database knows them, by table and column.
    private static func enforcedTypes(
        of columns: [PostgreSQLColumnReader.Column], _ types: PostgreSQLTypeReader
    ) -> [String: [String: EnforcedType]] {
        var enforced: [String: [String: EnforcedType]] = [:]
        for column in columns {
            guard let type = types.type(of: column.column.name, in: column.table) else { continue }
            enforced[column.table, default: [:]][column.column.name] = PostgreSQLEnforcedType.of(
                type, column: column.column.name)
        }
        return enforced
    }

    private static func partitioned(_ connection: any Connection) throws(DatabaseError) -> Set<String> {
        let rows = try connection.query(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'p' AND \(PostgreSQLCatalogScope.whole.tables)")
        return Set(rows.compactMap { $0[0].text })
    }

    /// Names the other schemas that users made, with the number of tables in each; `nil` if there are none.
    private static func remarkOnOtherSchemas(_ connection: any Connection) throws(DatabaseError) -> String? {
        let rows = try connection.query(
            """
            SELECT n.nspname, count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%'
                AND n.nspname NOT IN ('information_schema', current_schema()) AND NOT EXISTS (
                    SELECT FROM pg_depend e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
            GROUP BY n.nspname ORDER BY n.nspname
            """)
        guard !rows.isEmpty else { return nil }
        let schemas = rows.map { row in
            let tables = row[1].integer ?? 0
            return "\(row[0].text ?? "") (\(tables.counted("table", "tables")))"
        }
        return "other schemas of the source are not transferred: \(schemas.joined(separator: ", ")); a URL with "
            + "options=-csearch_path%3DNAME selects another one"
    }

    /// Returns the options of tables: `UNLOGGED` for tables whose rows are gone after a crash.
    private static func options(_ connection: any Connection) throws(DatabaseError) -> [String: Set<String>] {
        let rows = try connection.query(
            "SELECT c.relname FROM pg_class c WHERE c.relpersistence = 'u' AND \(PostgreSQLCatalogScope.whole.tables)"
        )
        return Dictionary(rows.map { ($0[0].text ?? "", ["UNLOGGED"]) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the names of all tables. A table without columns has no row in any other query.
    private static func tableNames(_ connection: any Connection) throws(DatabaseError) -> [String] {
        try connection.query(
            "SELECT c.relname FROM pg_class c WHERE \(PostgreSQLCatalogScope.whole.tables) ORDER BY c.relname"
        ).compactMap { $0[0].text }.filter { !OwnTables.names.contains($0) }
    }

    /// Returns the last number of each identity or serial column whose sequence this role may read, if it has issued one or was set. For
    /// any other column it is that of the sequence that the column owns.
    /// `pg_sequences` would open every sequence of every schema, including sequences that others drop at this moment.
    private static func counters(_ connection: any Connection) throws(DatabaseError) -> [String: [String: Int64]] {
        let rows = try connection.query(
            """
            SELECT DISTINCT ON (c.relname, a.attname) c.relname, a.attname,
                CASE WHEN has_sequence_privilege(q.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(q.oid) END,
                CASE WHEN has_sequence_privilege(q.oid, 'SELECT') THEN q.oid::regclass::text END
            FROM pg_class c
                JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
                    AND d.refobjid = c.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
                JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S'
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
                LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
            WHERE \(PostgreSQLCatalogScope.whole.tables)
            ORDER BY c.relname, a.attname, \(trusted: PostgreSQLNumbering.condition("d", default: "f")) DESC, q.oid
            """)
        var counters: [String: [String: Int64]] = [:]
        var fresh: [(table: String, column: String, sequence: String)] = []
        for row in rows {
            guard let table = row[0].text, let column = row[1].text, !OwnTables.names.contains(table) else { continue }
            if let last = row[2].integer {
                counters[table, default: [:]][column] = last
            } else if let sequence = row[3].text {
                fresh.append((table, column, sequence))
            }
        }
        for (at, number) in try firstNumbers(of: fresh.map(\.sequence), connection) where number > 1 {
            counters[fresh[at].table, default: [:]][fresh[at].column] = number - 1
        }
        return counters
    }

    /// Returns the number that each sequence issues next, by its index. Only the sequence itself tells the number that `START WITH` or
    /// `RESTART WITH` has set before any was issued. A sequence that is dropped at this moment ends the reading, and none is known.
    static func firstNumbers(
        of sequences: [String], _ connection: any Connection
    ) throws(DatabaseError) -> [(Int, Int64)] {
        var numbers: [(Int, Int64)] = []
        for start in stride(from: 0, to: sequences.count, by: 200) {
            let selects = sequences.indices[start...].prefix(200).map {
                "SELECT \($0)::bigint, last_value FROM \(sequences[$0])"
            }
            let isInside = connection.isInTransaction
            if isInside { try connection.execute("SAVEPOINT tc_sequences") }
            do {
                for row in try connection.query(SQL(trusted: selects.joined(separator: " UNION ALL "))) {
                    if let at = row[0].integer, let next = row[1].integer { numbers.append((Int(at), next)) }
                }
            } catch  where error.kind == .other {
                if isInside { try connection.execute("ROLLBACK TO SAVEPOINT tc_sequences") }
            }
            if isInside { try connection.execute("RELEASE SAVEPOINT tc_sequences") }
        }
        return numbers
    }
}

extension Table {
    /// Reads the expressions of generated columns, which can only be read once all columns are known.
    fileprivate mutating func readGenerated() {
        let expressions = PostgreSQLExpression(columns)
        for at in columns.indices {
            guard let generated = columns[at].generated, case .native(_, let text) = generated.expression else {
                continue
            }
            columns[at].generated?.expression = expressions.read(text)
        }
    }
}

/// The columns and constraints of all tables, as the catalog lists them.
private struct TableParts {
    var columns: PostgreSQLColumnReader
    var constraints: [PostgreSQLConstraintReader.Constraint]
}

extension Inspection {
    /// Puts the tables together from their parts, and notes what a table can't hold.
    fileprivate mutating func tables(
        named names: [String], _ parts: TableParts, _ indexes: [PostgreSQLIndexReader.Index]
    ) -> [Table] {
        var tables = names.map { Table(name: $0) }
        let places = Dictionary(
            tables.indices.map { (tables[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
        let columns = parts.columns
        let columnNames = Dictionary(grouping: columns.columns, by: \.table).mapValues { $0.map(\.column.name) }
        omitted = columnNames.sorted { $0.key < $1.key }.compactMap { OwnTables.foreign($0, columns: $1) }
        omitted += columns.omitted
        serials = columns.serials
        unreadableColumns = columns.unreadable
        for column in columns.columns {
            guard let at = places[column.table] else { continue }
            tables[at].columns.append(column.column)
            declaredTypes[column.table, default: [:]][column.column.name] = column.declaredType
        }
        for at in tables.indices { tables[at].readGenerated() }
        for constraint in parts.constraints {
            guard let at = places[constraint.table] else { continue }
            omitted += constraint.add(to: &tables[at])
        }
        for index in indexes {
            guard let at = places[index.table] else { continue }
            if let objection = index.objection {
                omitted.append(.init(.index, index.index.name, reason: objection.reason, of: index.table))
                if index.hasPlainForm { plainIndexes[index.table, default: []].append(index.index) }
            } else {
                tables[at].indexes.append(index.index)
            }
        }
        return tables
    }
}
