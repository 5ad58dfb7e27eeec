// What another file can't get by its own DDL.

extension SQLiteDialect {
    /// SQLite itself is asked, in an empty database in memory. The collations and functions that an application registers
    /// (https://www.sqlite.org/appfunc.html) are nowhere but in that application. A column needs its collation, a check, a computed
    /// column and an index the functions that they call; views and triggers need neither until they are used.
    package func unmakeable(in copy: SameEngineCopy) throws -> [Omission] {
        try SQLiteInspector.withScratch { scratch in
            var found: [Omission] = []
            for table in copy.tables {
                guard let reason = try Self.refusal(of: table.statement, by: scratch) else { continue }
                found.append(Omission(.table, table.name, reason: reason))
            }
            let unmade = Set(found.map(\.name))
            for part in copy.parts where part.kind == .index && !unmade.contains(part.table) {
                guard let reason = try Self.refusal(of: part.statement, by: scratch) else { continue }
                found.append(Omission(.index, part.name, reason: reason, of: part.table))
            }
            return found
        }
    }

    private static func refusal(of statement: String, by scratch: any Connection) throws(DatabaseError) -> String? {
        do {
            try scratch.execute(SQL(trusted: statement))
            return nil
        } catch {
            guard error.kind == .syntax || error.kind == .other else { throw error }
            return error.message
        }
    }
}
