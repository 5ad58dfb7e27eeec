import Dialects

extension Connection {
    /// Carries out one operation on a table of the transfer's own, which stands in `schema`.
    ///
    /// - Throws: `SchemaError`, `LoweringError` and `DatabaseError`.
    func run(_ operation: SchemaOperation, in schema: Schema) throws {
        let lowering = try dialect.lower(schema.resolving(operation), keeping: .none)
        for statement in lowering.statements { try execute(SQL(trusted: statement)) }
    }
}
