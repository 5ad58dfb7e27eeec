/// The deferred foreign keys from and to some tables. PostgreSQL neither alters nor drops a table while the check of a row is
/// pending, which a script, or a value that is filled in, may have left for the end of the transaction.
struct PostgreSQLDeferredKeys {
    private let names: [String]

    init(around tables: Set<String>, in schema: Schema) {
        let own = tables.sorted().flatMap { schema[$0]?.foreignKeys ?? [] }
        let others = schema.tables(referringTo: tables).filter { !tables.contains($0.name) }
            .flatMap { $0.foreignKeys.filter { tables.contains($0.parent) } }
        names = (own + others).filter(\.isDeferred).compactMap(\.name)
    }

    /// The statement that checks the rows now, and each further row at once
    /// (https://www.postgresql.org/docs/current/sql-set-constraints.html).
    var checked: [String] { statement("IMMEDIATE") }

    /// The statement that leaves checks to the end of the transaction again.
    var deferred: [String] { statement("DEFERRED") }

    private func statement(_ mode: String) -> [String] {
        names.isEmpty ? [] : ["SET CONSTRAINTS \(SQLText.identifiers(names)) \(mode)"]
    }
}
