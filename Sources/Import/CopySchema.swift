import Dialects

/// The schema of the working copy, and changes to it in the dialect's own words.
struct CopySchema {
    /// The copy as it was found.
    let inspection: Inspection
    private let connection: any Connection

    init(_ connection: any Connection) throws {
        self.connection = connection
        inspection = try connection.dialect.inspect(connection)
    }

    /// Makes a table as the new schema declares it.
    func add(_ table: Table) throws { try run(.createTable(table), on: []) }

    /// Adds columns that may be NULL. What the table holds beside them plays no part in that, and need not be what a declared
    /// table may be: SQLite lets a key be NULL.
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
