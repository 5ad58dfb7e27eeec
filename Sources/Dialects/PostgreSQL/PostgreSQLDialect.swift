/// The dialect of PostgreSQL, for version 13 and later.
public struct PostgreSQLDialect: Dialect {
    public let name = "postgresql"

    public let holdsDeclaredTypes = true

    /// Makes the dialect. It holds no state, so all values are equal.
    public init() {}

    public func render(_ type: ColumnType) throws(LoweringError) -> String {
        switch type {
        case .smallint: return "smallint"
        case .integer: return "integer"
        case .bigint: return "bigint"
        case .real: return "double precision"
        case .decimal(let precision, let scale):
            // https://www.postgresql.org/docs/current/datatype-numeric.html, 8.1.2
            guard (1...1_000).contains(precision), (-1_000...1_000).contains(scale) else {
                throw LoweringError(
                    type.description, "PostgreSQL's decimals have 1 to 1000 digits",
                    remedy: "declare fewer, or numeric, which has as many as a value needs")
            }
            return "numeric(\(precision), \(scale))"
        case .numeric: return "numeric"
        case .text: return "text"
        case .varchar(let length):
            guard (1...10_485_760).contains(length) else {
                throw LoweringError(
                    type.description, "PostgreSQL's texts of limited length have 1 to 10485760 characters",
                    remedy: "declare text, which has no limit")
            }
            return "varchar(\(length))"
        case .boolean: return "boolean"
        case .timestamp: return "timestamptz"
        case .datetime: return "timestamp"
        case .date: return "date"
        case .time: return "time"
        case .interval: return "interval"
        case .uuid: return "uuid"
        case .json: return "jsonb"
        case .jsonText: return "json"
        case .bytes: return "bytea"
        case .native(let sqlite, let postgresql):
            guard !postgresql.isEmpty else { throw LoweringError(sqlite, "this type has no PostgreSQL form") }
            return postgresql
        }
    }

    public func render(_ value: Default, for type: ColumnType) throws(LoweringError) -> String {
        switch value {
        case .text(let text), .json(let text): return SQLText.literal(text)
        case .integer(let number): return type == .boolean ? (number == 0 ? "false" : "true") : String(number)
        case .real(let number): return number.isFinite ? "\(number)" : "'\(number)'::double precision"
        case .boolean(let flag): return flag ? "true" : "false"
        case .now:
            switch type {
            case .datetime: return "(now() AT TIME ZONE 'UTC')"
            case .date: return "((now() AT TIME ZONE 'UTC')::date)"
            case .time: return "((now() AT TIME ZONE 'UTC')::time)"
            // A cast alone would round the second up, into the future.
            case .integer, .bigint: return "(floor(extract(epoch FROM now()))::bigint)"
            case .text, .varchar:
                return "(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))"
            case .smallint, .real, .decimal, .numeric, .boolean, .timestamp, .interval, .uuid, .json,
                .jsonText, .bytes, .native:
                return "now()"
            }
        // CURRENT_DATE is the day in the session's zone, but the day that a database stores must be the same for everybody.
        case .today: return "((now() AT TIME ZONE 'UTC')::date)"
        case .uuid: return type == .uuid ? "gen_random_uuid()" : "(gen_random_uuid()::text)"
        case .expression(let expression): return "(\(try render(expression, as: .constant(type))))"
        }
    }

    public func render(_ expression: SQLExpression, as use: ExpressionUse) throws(LoweringError) -> String {
        switch expression {
        case .sql(let text):
            return try PortableText.render(text, as: use, PostgreSQLPortable.answer)
        case .native(let sqlite, let postgresql):
            guard !postgresql.isEmpty else {
                throw LoweringError(sqlite, "this expression has no PostgreSQL form")
            }
            return postgresql
        }
    }

    /// Returns the SQL of a script for this database, unchanged.
    private static func words(_ script: SQLExpression) -> String {
        switch script {
        case .sql(let text), .native(_, let text): text
        }
    }

    public func requireRowStatement(_ text: String) throws(DatabaseError) { try RowStatement.postgresql.require(text) }

    public func placeholder(_ number: Int) -> String { "$\(number)" }

    public var databaseSize: SQL { "SELECT pg_database_size(current_database())" }

    /// Returns `FOR SHARE` or `FOR UPDATE`: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
    public func rowLock(_ lock: RowLock, of table: String) -> String {
        switch lock {
        case .shared: "FOR SHARE OF \(SQLText.identifier(table))"
        case .exclusive: "FOR UPDATE OF \(SQLText.identifier(table))"
        }
    }

    /// Returns `LOCK TABLE … IN ACCESS EXCLUSIVE MODE`, and not the weaker lock that readers need not wait for: `ALTER TABLE` and
    /// `DROP TABLE` would raise that one afterwards. A session that has read the table and then writes to it would wait for us
    /// meanwhile, and we for it: a deadlock, which the server may end at that session's expense. An owner who has taken the rights to
    /// change rows from himself has lost the right to `LOCK TABLE` as well. `SET WITHOUT OIDS` takes the same lock of an owner, and never
    /// has an effect (https://www.postgresql.org/docs/current/sql-altertable.html).
    public func tableLock(on tables: [String]) -> TableLock? {
        guard !tables.isEmpty else { return nil }
        return TableLock(
            statement: "LOCK TABLE \(trusted: SQLText.identifiers(tables)) IN ACCESS EXCLUSIVE MODE",
            ofOwner: tables.map { "ALTER TABLE \(identifier: $0) SET WITHOUT OIDS" })
    }

    /// Returns a condition that repeats the index's expression word for word, because the server would not use the index
    /// otherwise (https://www.postgresql.org/docs/current/indexes-expressional.html). The words come out of a subquery, so that
    /// the planner does not know them. If it knew that a word stands in most rows, it would split every text instead of using the
    /// index, which took 26 s instead of one.
    public func finding(_ words: [String], by index: WordIndex, for mark: String?) -> SQL {
        let texts = index.columns.map { "coalesce(\(SQLText.identifier($0)), '')" }.joined(separator: " || ' ' || ")
        let wanted: SQL = "search_words(\(words.joined(separator: " ")))"
        guard let scope = index.scope else { return "search_words(\(trusted: texts)) @> (SELECT \(wanted))" }
        let held: SQL = "(search_words(\(trusted: texts)) || string_to_array(\(identifier: scope), ' '))"
        guard let mark else { return "\(held) @> (SELECT \(wanted))" }
        return "\(held) @> (SELECT \(wanted) || ARRAY[CAST(\(mark) AS text)])"
    }

    public func upsert(into table: String, columns: [String], key: [String]) -> String {
        DDL.upsert(into: table, columns: columns, key: key, in: self)
    }

    public func lower(
        _ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects
    ) throws(LoweringError) -> Lowering {
        let lowering = try rendered(operation, keeping: undeclared)
        if case .run = operation.action { return lowering }
        for statement in lowering.statements {
            try ScriptCheck.postgresql.requireOne(statement, named: operation.subject)
        }
        return lowering
    }

    private func rendered(
        _ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects
    ) throws(LoweringError) -> Lowering {
        try PostgreSQLNames.check(operation.action)
        switch operation.action {
        case .createTable(let table): return Lowering([try create(table)] + (try createIndexes(of: table)))
        case .dropTable(let table):
            try undeclared.requireUnneeded(table.name)
            let keys = PostgreSQLDeferredKeys(around: [table.name], of: (operation.before, operation.after))
            return Lowering(keys.checked + ["DROP TABLE \(SQLText.identifier(table.name))"] + keys.deferred)
        case .renameTable(let table, let new):
            return Lowering(["ALTER TABLE \(SQLText.identifier(table.name)) RENAME TO \(SQLText.identifier(new))"])
        case .alterTable(let alteration):
            return try PostgreSQLAlter(
                dialect: self, alteration: alteration, before: operation.before, after: operation.after,
                undeclared: undeclared
            ).lowering()
        case .createView(let view):
            let created = try DDL.create(view, over: operation.before, in: self)
            return Lowering([created] + (undeclared.epilogues[view.name]?.statements ?? []))
        case .dropView(let view):
            try undeclared.requireUnneeded(view.name)
            return Lowering(["DROP VIEW \(SQLText.identifier(view.name))"])
        case .run(let script):
            try script.check(.postgresql, words: Self.words)
            let text = Self.words(script.up)
            return Lowering(text.isEmpty ? [] : [text])
        case .runSwift(let step): return Lowering([stop(saying: step.absence)])
        }
    }

    public func stop(saying message: String) -> String {
        let body = "BEGIN RAISE EXCEPTION USING MESSAGE = \(SQLText.literal(message)); END"
        return "DO LANGUAGE plpgsql \(SQLText.literal(body))"
    }

    public func longLocks(of operation: ResolvedOperation) -> [LongLock] {
        guard case .alterTable(let alteration) = operation.action else { return [] }
        return alteration.postgresqlLongLocks
    }

    /// Returns the steps of an online migration. It refuses whatever `lower` refuses.
    ///
    /// - Throws: ``LoweringError``.
    public func online(
        _ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects
    ) throws(LoweringError) -> [OnlineStep]? {
        _ = try lower(operation, keeping: undeclared)
        guard case .alterTable(let alteration) = operation.action else { return nil }
        return try PostgreSQLOnline(dialect: self, alteration: alteration, undeclared: undeclared).steps()
    }

    /// Returns the script for psql. It sets what a session of ours sets, so that a text means the same whatever the role, the database or
    /// psql's environment says: in a session without `standard_conforming_strings` a backslash in a text would be gone.
    public func script(_ steps: [ScriptStep]) -> String {
        var lines = [
            "-- For psql, and a database that holds only what the migrations declare.",
            "\\set ON_ERROR_STOP on", "\\encoding UTF8",
        ]
        lines += PostgreSQLSettings.meaning.map { "SET \($0);" }
        for step in steps {
            lines += ["", "-- \(step.title)"] + step.alone.map(SQLText.terminated) + ["BEGIN;"]
            lines += step.lowering.statements.map(SQLText.terminated)
            lines.append("COMMIT;")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Returns one DROP for all views and one for all tables, because foreign keys may tie the tables into a circle.
    public func remove(tables: [String], views: [String]) -> [String] {
        (views.isEmpty ? [] : ["DROP VIEW IF EXISTS \(SQLText.identifiers(views))"])
            + (tables.isEmpty ? [] : ["DROP TABLE IF EXISTS \(SQLText.identifiers(tables))"])
    }

    public func remove(sequences: [String]) -> String? {
        sequences.isEmpty ? nil : "DROP SEQUENCE IF EXISTS \(SQLText.identifiers(sequences))"
    }

    public func forgetModules(of tables: [String]) -> [String] { [] }

    public func countTables(named name: String) -> SQL {
        """
        SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relname = \(name) AND n.nspname = current_schema() AND c.relkind IN ('r', 'p')
        """
    }

    public func inspect(_ connection: any Connection) throws -> Inspection {
        try PostgreSQLInspector.inspect(connection)
    }

    public func undeclaredObjects(
        of declared: Schema, around subjects: Set<String>?, on connection: any Connection
    ) throws -> UndeclaredObjects {
        try PostgreSQLInspector.undeclaredObjects(of: declared, around: subjects, on: connection)
    }

    public func inspectScratch(_ schema: Schema, beside connection: any Connection) throws -> Inspection {
        try PostgreSQLInspector.inspectScratch(schema, beside: connection)
    }

    public func withScratch<T>(beside connection: any Connection, _ body: (any Connection) throws -> T) throws -> T {
        try PostgreSQLInspector.withScratch(beside: connection, body)
    }

    public func runScript(_ texts: [String], inScratch scratch: any Connection) throws(DatabaseError) {
        try PostgreSQLScratchScript(texts, on: scratch).run()
    }
}

/// Checks the lengths of names. PostgreSQL cuts a name after 63 bytes without an error, so that two long names could become the
/// same (its manual, section 4.1.1).
enum PostgreSQLNames {
    static func check(_ action: ResolvedOperation.Action) throws(LoweringError) {
        for name in names(in: action) where name.utf8.count > Naming.longestName {
            throw LoweringError(
                name,
                "this name has \(name.utf8.count) bytes, and PostgreSQL cuts off names after \(Naming.longestName)",
                remedy: "choose a shorter one")
        }
    }

    private static func names(in action: ResolvedOperation.Action) -> [String] {
        switch action {
        case .createTable(let table): return names(of: table)
        case .renameTable(_, let new): return [new]
        case .alterTable(let alteration): return names(of: alteration.after)
        case .createView(let view): return [view.name]
        case .dropTable, .dropView, .run, .runSwift: return []
        }
    }

    private static func names(of table: Table) -> [String] {
        table.relationNames + table.columns.map(\.name) + table.checks.compactMap(\.name)
            + table.foreignKeys.compactMap(\.name)
    }
}
