// Filling existing tables.

extension SQLiteDialect {
    /// Does nothing: SQLite allows only one writing transaction at a time.
    package func lock(_ tables: [String], on connection: any Connection) throws {}

    package func ownRows(of table: String, on connection: any Connection) throws -> String {
        SQLText.identifier(table)
    }

    package func partitions(of tables: [String], on connection: any Connection) throws -> [String] { [] }

    package func foreignKeys(
        touching tables: [String], on connection: any Connection
    ) throws -> [RemovableConstraint] { [] }

    /// Does nothing: SQLite defers foreign keys alone, and they are not enforced meanwhile.
    package func checkDeferred(on connection: any Connection) throws {}

    package func reactions(of tables: [String], on connection: any Connection) throws -> [Reaction] { [] }

    /// Reads them without a look at anything else, because the file's other parts may call what only its application has. SQLite keeps the
    /// table's name as the trigger's author wrote it.
    package func triggers(of tables: [String], on connection: any Connection) throws -> [UndeclaredObjects.Object] {
        let tables = Set(tables.map(SQLName.folded))
        return try connection.query(
            "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid"
        ).compactMap { row in
            guard let name = row[0].text, let owner = row[1].text, tables.contains(SQLName.folded(owner)) else {
                return nil
            }
            return UndeclaredObjects.Object(.trigger, name: name, owner: owner, definition: row[2].text ?? "")
        }
    }

    package func otherKeys(of table: String, on connection: any Connection) throws -> [String] {
        try connection.query(
            """
            SELECT name FROM pragma_index_list(\(table)) AS list WHERE "unique"
                AND (partial OR EXISTS (SELECT 1 FROM pragma_index_xinfo(list.name) WHERE key AND cid = -2))
            ORDER BY name
            """
        ).compactMap { $0[0].text }
    }

    /// Returns the columns with their declared types. Only a STRICT table, except in a column of type ANY, and a column that is the rowid
    /// refuse values of another kind (https://www.sqlite.org/stricttables.html, https://www.sqlite.org/lang_createtable.html#rowid).
    package func writtenColumns(on connection: any Connection) throws -> [String: [String: WrittenColumn]] {
        let inspection = try inspect(connection)
        let tables = inspection.schema.tables.map { table in
            let isLoose = inspection.options[table.name].map { !$0.contains("STRICT") } ?? false
            let columns = table.columns.map { column in
                let isRowid = column.name == inspection.rowidAliases[table.name]
                let takesAny = !isRowid && (isLoose || column.type.isNative)
                return (column.name, WrittenColumn(type: column.type, takesAnyValue: takesAny))
            }
            return (table.name, Dictionary(columns, uniquingKeysWith: { first, _ in first }))
        }
        let virtual = inspection.fullText.compactMap(\.written) + inspection.rangeTables.map(\.written)
        return Dictionary(tables + virtual, uniquingKeysWith: { first, _ in first })
    }
}

extension FullText {
    /// How the columns of the table are written, which stores any value as it is; `nil` if it stores none.
    fileprivate var written: (String, [String: WrittenColumn])? {
        table.map { table in
            let columns = table.columns.map { column in
                (column.name, WrittenColumn(type: column.type, takesAnyValue: column.type.isNative))
            }
            return (table.name, Dictionary(columns, uniquingKeysWith: { first, _ in first }))
        }
    }
}

extension RangeTable {
    /// How the columns of the table are written. It keeps 32 bits of each bound (https://www.sqlite.org/rtree.html, sections 3.1 and 3.4).
    fileprivate var written: (String, [String: WrittenColumn]) {
        let key = table.primaryKey?.columns ?? []
        let columns = table.columns.map { column in
            let isWholeBound = column.type == .bigint && !key.contains(column.name)
            let written = WrittenColumn(
                type: isWholeBound ? .integer : column.type, takesAnyValue: column.type.isNative,
                isSinglePrecision: column.type == .real)
            return (column.name, written)
        }
        return (table.name, Dictionary(columns, uniquingKeysWith: { first, _ in first }))
    }
}
