import Dialects

/// The foreign keys from and to tables that are being filled. A database that can add constraints at any time has them removed
/// and restored word for word. In another database they stay in the tables, and are not enforced meanwhile.
struct ForeignKeysAside {
    private let keys: [(table: String, key: ForeignKey)]
    private let held: [RemovableConstraint]
    private let target: any TransferDialect

    /// Reads the foreign keys. Like the methods below, it throws `DatabaseError`.
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
        self.target = target
    }

    func remove(_ connection: any Connection) throws {
        for constraint in held { try connection.execute(SQL(trusted: constraint.drop)) }
    }

    /// Returns the rows that refer to a missing parent, by foreign key.
    func orphans(_ connection: any Connection) throws -> [Orphans] {
        let search = OrphanSearch(target, connection)
        return try keys.compactMap { table, key in try search.orphans(of: key, in: table) }
    }

    /// Returns those of the orphans whose key can't be made again, because it can't hold for new rows only.
    func unbearable(among orphans: [Orphans]) -> [Orphans] {
        let whole: Set<[String?]> = Set(held.filter { $0.isValid && $0.validate == nil }.map { [$0.table, $0.name] })
        return orphans.filter { whole.contains([$0.table, $0.key]) }
    }

    /// Restores the keys. A key that existing rows violate then holds for new rows only; the others hold for all rows, as they
    /// did.
    func restore(_ connection: any Connection, but orphans: [Orphans]) throws {
        let broken = Set(orphans.map { [$0.table, $0.key] })
        for constraint in held {
            for statement in constraint.restore { try connection.execute(SQL(trusted: statement)) }
            guard constraint.isValid, !broken.contains([constraint.table, constraint.name]) else { continue }
            if let statement = constraint.validate { try connection.execute(SQL(trusted: statement)) }
        }
    }
}
