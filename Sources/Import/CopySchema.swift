import Dialects

/// The schema of the working copy, and changes to it in the dialect's statements.
struct CopySchema {
    /// The copy's schema as it was found.
    let inspection: Inspection
    private let connection: any Connection

    init(_ connection: any Connection) throws {
        self.connection = connection
        inspection = try connection.dialect.inspect(connection)
    }

    /// Creates a table as the new schema declares it.
    func add(_ table: Table) throws { try run(.createTable(table), on: []) }

    /// Adds columns that may be NULL. The table's other columns play no part in that, and need not satisfy the rules for declared
    /// tables: SQLite permits NULL in a key.
    func add(_ columns: [Column], to table: String) throws {
        var any = Table(name: table)
        any.columns = [Column("any", .text)]
        try run(.alterTable(table, columns.map { .addColumn($0, filling: nil) }), on: [.createTable(any)])
    }

    private func run(_ operation: SchemaOperation, on others: [SchemaOperation]) throws {
        var schema = Schema()
        try schema.apply(others)
        let resolved = try schema.resolving(operation)
        for statement in try connection.dialect.lower(resolved, keeping: .none).statements {
            try connection.execute(SQL(trusted: statement))
        }
    }
}
