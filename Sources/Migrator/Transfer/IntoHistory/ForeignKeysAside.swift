import Dialects

/// The foreign keys of tables that are being filled, taken off and put on again: where a database takes them at any time. Elsewhere
/// they stand in the tables, and are not enforced meanwhile.
struct ForeignKeysAside {
    private let keys: [(table: String, key: ForeignKey)]
    private let schema: Schema
    private let target: any TransferDialect

    init(of tables: [String], in schema: Schema, _ target: any TransferDialect) {
        keys = tables.flatMap { table in (schema[table]?.foreignKeys ?? []).map { (table, $0) } }
        self.schema = schema
        self.target = target
    }

    func remove(_ connection: any Connection) throws {
        guard target.addsConstraints else { return }
        let drops = keys.compactMap { table, key in
            key.name.map { Operation.alterTable(table, [.dropForeignKey($0)]) }
        }
        let states = try schema.states(through: drops)
        for (at, drop) in drops.enumerated() {
            let lowering = try target.lower(drop, from: states[at], to: states[at + 1], keeping: .none)
            for statement in lowering.statements { try connection.execute(SQL(statement)) }
        }
    }

    /// Returns what is to be said of rows that point nowhere, by table: the foreign keys then hold for those that come.
    func restore(_ connection: any Connection) throws -> [String: [String]] {
        var notes: [String: [String]] = [:]
        let search = OrphanSearch(connection)
        for (table, key) in keys {
            let note = try search.note(of: key, in: table)
            if let note { notes[table, default: []].append(note) }
            guard target.addsConstraints else { continue }
            try connection.execute(SQL(target.addUnvalidated(key, to: table)))
            guard note == nil, let name = key.name else { continue }
            try connection.execute(SQL(target.validate(name, of: table)))
        }
        return notes
    }
}
