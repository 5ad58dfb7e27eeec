/// The dialect of SQLite. Its tables are STRICT, so that a column holds only values of its declared type
/// (https://www.sqlite.org/stricttables.html).
public struct SQLiteDialect: Dialect {
    public let name = "sqlite"

    public let holdsDeclaredTypes = false

    /// Creates the dialect of SQLite. It holds no state: all values are equal.
    public init() {}

    /// Returns the SQLite type of a column. STRICT tables know five types. A uuid or a decimal in a NUMERIC column would become
    /// a number, so both are stored as text.
    ///
    /// - Throws: ``LoweringError`` for a native type that names no type for SQLite.
    public func render(_ type: ColumnType) throws(LoweringError) -> String {
        switch type {
        case .smallint, .integer, .bigint, .boolean: return "INTEGER"
        case .real: return "REAL"
        case .text, .varchar, .decimal, .numeric, .timestamp, .datetime, .date, .time, .interval,
            .uuid, .json, .jsonText:
            return "TEXT"
        case .bytes: return "BLOB"
        // A column without a type takes any value unchanged (https://www.sqlite.org/datatype3.html, section 3.1).
        case .native("", ""): return ""
        case .native(let sqlite, let postgresql):
            guard !sqlite.isEmpty else { throw LoweringError(postgresql, "this type has no SQLite form") }
            return sqlite
        }
    }

    public func render(_ value: Default, for type: ColumnType) throws(LoweringError) -> String {
        // A decimal is stored as text, which would otherwise lack the decimals of its type.
        if type.isDecimal, let decimal = value.decimal(for: type) { return SQLText.literal(decimal) }
        switch value {
        case .text(let text), .json(let text): return SQLText.literal(text)
        case .integer(let number): return String(number)
        case .real(let number): return try SQLiteDialect.render(number)
        case .boolean(let flag): return flag ? "1" : "0"
        case .now:
            switch type {
            case .date: return "CURRENT_DATE"
            case .datetime: return "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))"
            case .time: return "(strftime('%H:%M:%f000', 'now'))"
            case .integer, .bigint: return "(CAST(strftime('%s', 'now') AS INTEGER))"
            case .smallint, .real, .decimal, .numeric, .text, .varchar, .boolean, .timestamp, .interval,
                .uuid, .json, .jsonText, .bytes, .native:
                // RFC 3339, always with six digits after the second, so that the order of the text is the order of time.
                return "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"
            }
        case .today: return "CURRENT_DATE"
        case .uuid: return SQLiteDialect.randomUUID
        case .expression(let expression): return "(\(try render(expression, as: .constant(type))))"
        }
    }

    /// An expression for a random UUID of version 4, which has 122 random bits (RFC 9562, section 5.4).
    static let randomUUID =
        "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
        + "substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))"

    private static func render(_ number: Double) throws(LoweringError) -> String {
        guard number.isFinite else { throw LoweringError("\(number)", "SQLite can't express this default") }
        return "\(number)"
    }

    public func render(_ expression: SQLExpression, as use: ExpressionUse) throws(LoweringError) -> String {
        switch expression {
        case .sql(let text):
            return try PortableText.render(text, as: use, SQLitePortable.answer)
        case .native(let sqlite, let postgresql):
            guard !sqlite.isEmpty else { throw LoweringError(postgresql, "this expression has no SQLite form") }
            return sqlite
        }
    }

    /// Returns SQLite's text of a script, unchanged.
    private static func words(_ script: SQLExpression) -> String {
        switch script {
        case .sql(let text), .native(let text, _): text
        }
    }

    public func requireRowStatement(_ text: String) throws(DatabaseError) { try RowStatement.sqlite.require(text) }

    public func placeholder(_ number: Int) -> String { "?\(number)" }

    /// A transaction that may write keeps all others from writing (`Connection.begin`).
    public var databaseSize: SQL { "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()" }

    public func rowLock(_ lock: RowLock, of table: String) -> String { "" }

    public func tableLock(on tables: [String]) -> TableLock? { nil }

    /// Returns the query that finds the words by an index. Words in quotes have no special meaning, and words that stand side
    /// by side must all be present (https://www.sqlite.org/fts5.html, 3.1 and 3.7). The query names columns if there is one
    /// that holds no text (3.5).
    public func finding(_ words: [String], by index: WordIndex, for mark: String?) -> SQL {
        let name = "\(index.table)_fts"
        var query = words.map(Self.quoted).joined(separator: " ")
        if index.scope != nil { query = "{\(index.columns.map(Self.quoted).joined(separator: " "))} : (\(query))" }
        if let scope = index.scope, let mark { query += " AND \(Self.quoted(scope)) : \(Self.quoted(mark))" }
        return """
            \(identifier: index.key) IN (SELECT rowid FROM \(identifier: name) WHERE \(identifier: name) MATCH \(query))
            """
    }

    private static func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }

    public func upsert(into table: String, columns: [String], key: [String]) -> String {
        DDL.upsert(into: table, columns: columns, key: key, in: self)
    }

    public func lower(
        _ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects
    ) throws(LoweringError) -> Lowering {
        let lowering = try rendered(operation, keeping: undeclared)
        if case .run = operation.action { return lowering }
        for statement in lowering.statements { try ScriptCheck.sqlite.requireOne(statement, named: operation.subject) }
        return lowering
    }

    public func triggers(naming _: String, on _: any Connection) throws(DatabaseError) -> [NamingTrigger] { [] }

    public func stop(saying message: String) -> String { "SELECT * FROM \(SQLText.identifier(message))" }

    public func longLocks(of _: ResolvedOperation) -> [LongLock] { [] }

    /// Returns `nil`: a file has one writer at a time, so no other writer could work beside the migration.
    public func online(_: ResolvedOperation, keeping _: UndeclaredObjects) -> [OnlineStep]? { nil }

    private func rendered(
        _ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects
    ) throws(LoweringError) -> Lowering {
        switch operation.action {
        case .createTable(let table): return Lowering([try create(table)] + (try createIndexes(of: table)))
        case .dropTable(let table):
            try undeclared.requireUnneeded(table.name)
            return Lowering(["DROP TABLE \(SQLText.identifier(table.name))"])
        case .renameTable(let table, let new):
            let old = table.name
            try undeclared.requireUnnamed(nil, of: old)
            // A program may have left this switch on; foreign keys would then keep the table's old name.
            let modern = "PRAGMA legacy_alter_table = OFF"
            // SQLite takes names that differ only in case for the same name, so the rename leads over a third name.
            guard SQLName.equal(old, new) else { return Lowering([modern, rename(old, to: new)]) }
            let taken = Set(undeclared.takenNames.map(SQLName.folded))
            let between = SQLName.free("tc_moving_\(old)") {
                taken.contains(SQLName.folded($0)) || operation.before.isTaken($0)
            }
            return Lowering([modern, rename(old, to: between), rename(between, to: new)])
        case .alterTable(let alteration):
            return try SQLiteAlter(
                dialect: self, alteration: alteration, before: operation.before, after: operation.after,
                undeclared: undeclared
            ).lowering()
        case .createView(let view): return Lowering([try DDL.create(view, over: operation.before, in: self)])
        case .dropView(let view):
            try undeclared.requireUnneeded(view.name)
            return Lowering(["DROP VIEW \(SQLText.identifier(view.name))"])
        case .run(let script):
            try script.check(.sqlite, words: Self.words)
            let text = Self.words(script.up)
            return Lowering(text.isEmpty ? [] : [text])
        case .runSwift(let step): return Lowering([stop(saying: step.absence)])
        }
    }

    private func rename(_ old: String, to new: String) -> String {
        "ALTER TABLE \(SQLText.identifier(old)) RENAME TO \(SQLText.identifier(new))"
    }

    public func construct(_ schema: Schema) throws(LoweringError) -> Construction {
        var tables: [String] = []
        var parts: [Construction.Part] = []
        for table in schema.tablesInForeignKeyOrder { tables.append(try create(table)) }
        for table in schema.tables {
            for index in table.indexes {
                parts.append(
                    .init(.index, table: table.name, name: index.name, statement: try create(index, on: table)))
            }
        }
        for view in schema.views {
            let statement = try DDL.create(view, over: schema, in: self)
            parts.append(.init(.view, table: view.name, name: view.name, statement: statement))
        }
        return Construction(tables: tables, afterLoad: parts)
    }

    public func remove(tables: [String], views: [String]) -> [String] {
        views.map { "DROP VIEW IF EXISTS \(SQLText.identifier($0))" }
            + tables.map { "DROP TABLE IF EXISTS \(SQLText.identifier($0))" }
    }

    /// A file has no roles.
    package func tablesOfOthers(among tables: [String], on connection: any Connection) throws -> [String] { [] }

    public func remove(sequences: [String]) -> String? { nil }

    /// The counterpart of how a copy writes them down (`SQLiteSameEngineCopy`); they alone have no page of their own.
    public func forgetModules(of tables: [String]) -> [String] {
        let names = tables.map(SQLText.literal).joined(separator: ", ")
        return [
            "PRAGMA writable_schema = ON",
            "DELETE FROM sqlite_master WHERE type = 'table' AND rootpage = 0 AND name IN (\(names))",
            "PRAGMA writable_schema = RESET",
        ]
    }

    public func countTables(named name: String) -> SQL {
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = \(name)"
    }

    public func inspect(_ connection: any Connection) throws -> Inspection { try SQLiteInspector.inspect(connection) }

    public func undeclaredObjects(
        of declared: Schema, around subjects: Set<String>?, on connection: any Connection
    ) throws -> UndeclaredObjects {
        try SQLiteInspector.undeclaredObjects(of: declared, around: subjects, on: connection)
    }

    public func inspectScratch(_ schema: Schema, beside connection: any Connection) throws -> Inspection {
        try SQLiteInspector.inspectScratch(schema, beside: connection)
    }

    public func withScratch<T>(beside _: any Connection, _ body: (any Connection) throws -> T) throws -> T {
        try SQLiteInspector.withScratch(body)
    }

    /// Runs the texts as they are, because the scratch place is a database of its own.
    ///
    /// - Throws: ``DatabaseError``.
    public func runScript(_ texts: [String], inScratch scratch: any Connection) throws(DatabaseError) {
        for text in texts { try scratch.executeScript(text) }
    }
}
