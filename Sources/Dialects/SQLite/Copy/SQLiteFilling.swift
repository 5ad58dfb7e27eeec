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

    package func writtenColumns(on connection: any Connection) throws -> [String: [String: WrittenColumn]] {
        let tables = try inspect(connection).schema.tables.map { table in
            (
                table.name,
                Dictionary(
                    table.columns.map { ($0.name, WrittenColumn(type: $0.type)) },
                    uniquingKeysWith: { first, _ in first })
            )
        }
        return Dictionary(tables, uniquingKeysWith: { first, _ in first })
    }
}
