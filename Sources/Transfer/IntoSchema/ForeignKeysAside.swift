import Dialects

/// The foreign keys from and to tables that are being filled, taken off and put on again word for word: where a database takes them
/// at any time. Elsewhere they stand in the tables, and are not enforced meanwhile.
struct ForeignKeysAside {
    private let keys: [(table: String, key: ForeignKey)]
    private let held: [RemovableConstraint]

    /// Throws `DatabaseError`, as the others do.
    init(
        of tables: [String], in schema: Schema, _ target: any TransferDialect, on connection: any Connection
    ) throws {
        let filled = Set(tables)
        keys = schema.tables.flatMap { table in
            table.foreignKeys.filter { filled.contains(table.name) || filled.contains($0.parent) }.map {
                (table.name, $0)
            }
        }
        held = try target.foreignKeys(touching: tables, on: connection)
    }

    func remove(_ connection: any Connection) throws {
        for constraint in held { try connection.execute(SQL(trusted: constraint.drop)) }
    }

    /// The rows that name a parent which is not there, by foreign key.
    func orphans(_ connection: any Connection) throws -> [Orphans] {
        let search = OrphanSearch(connection)
        return try keys.compactMap { table, key in try search.orphans(of: key, in: table) }
    }

    /// Keys that rows break then hold for those that come; the others for all, as they did.
    func restore(_ connection: any Connection, but orphans: [Orphans]) throws {
        for constraint in held {
            for statement in constraint.restore { try connection.execute(SQL(trusted: statement)) }
            let isBroken = orphans.contains { $0.table == constraint.table && $0.key == constraint.name }
            guard constraint.isValid, !isBroken else { continue }
            try connection.execute(SQL(trusted: constraint.validate))
        }
    }
}
